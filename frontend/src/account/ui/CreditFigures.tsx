import { known } from "../../api/feed";
import { credits, MICROS_PER_CREDIT, money } from "../../lib/money";
import { useStore } from "../../lib/store";
import { FeedNotice } from "../../money/FeedNotice";
import { Exact, Figure, Figures } from "../../money/Figures";
import type { AccountApp } from "../app";

/** What can be spent, and what it is made of. */
export function CreditFigures({ app }: { app: AccountApp }) {
  const state = useStore(app.account.store);
  const session = useStore(app.session.store);
  const account = known(state);
  // The live balance is newer than the sums below it.
  const live = session.phase === "ready" ? session.me.credits : null;
  const spendable = live ?? account?.credits ?? null;
  return (
    <>
      <FeedNotice feed={app.account} what="Your balance" />
      <Figures testId="credit-figures">
        <Figure
          main
          name="Credits"
          note={spendable === null ? "\u00a0" : `worth ${money(spendable * MICROS_PER_CREDIT)}`}
        >
          <Exact testId="credits" exact={spendable} text={spendable?.toLocaleString("en") ?? null} />
        </Figure>
        <Figure name="Bought">
          <Exact testId="credits-bought" exact={account?.bought} text={account && credits(account.bought)} />
        </Figure>
        <Figure name="Free">
          <Exact
            testId="credits-granted"
            exact={account?.granted}
            text={account && credits(account.granted)}
          />
        </Figure>
        <Figure name="Set aside" note="for answers being written">
          <Exact testId="credits-held" exact={account?.held} text={account && credits(account.held)} />
        </Figure>
      </Figures>
    </>
  );
}
