import { known } from "../../api/feed";
import type { Treasury } from "../../api/money";
import { ashao, money } from "../../lib/money";
import { useStore } from "../../lib/store";
import { FeedNotice } from "../../money/FeedNotice";
import { Exact, Figure, Figures } from "../../money/Figures";
import { MoneyPage } from "../../money/MoneyPage";
import type { TreasuryApp } from "../app";
import { REVENUE_PARTS } from "../days";
import { Burns } from "./Burns";
import { Contracts } from "./Contracts";
import { DayChart } from "./DayChart";
import { Split } from "./Split";
import { Supply } from "./Supply";

/** What the network takes in and where it goes, for everybody to see. */
export function TreasuryPage({ app }: { app: TreasuryApp }) {
  const state = useStore(app.treasury.store);
  const treasury = known(state);
  return (
    <MoneyPage app={app} page="treasury">
      {() => (
        <>
          <header className="page-head">
            <h1>Treasury</h1>
            <p className="page-lead">
              What people pay for answers, and where every cent of it goes. Free answers are told apart.
            </p>
          </header>
          <FeedNotice feed={app.treasury} what="The treasury" />
          {state.phase !== "failed" && (
            <div className="treasury" data-testid="treasury" data-state={state.phase}>
              <Split treasury={treasury} tiers={app.config.tiers} />
              <Sums treasury={treasury} />
              <Supply treasury={treasury} />
              {treasury !== null && <Details treasury={treasury} />}
            </div>
          )}
        </>
      )}
    </MoneyPage>
  );
}

function Sums({ treasury }: { treasury: Treasury | null }) {
  return (
    <section aria-label="Paid out so far">
      <Figures testId="treasury-figures">
        <Figure name="Paid to wallets" note="workers and stakers, final on chain">
          <Exact testId="paid-out" exact={treasury?.paidOut} text={treasury && money(treasury.paidOut)} />
        </Figure>
        <Figure name="Rewards to stakers" note="of all epochs">
          <Exact
            testId="rewards-paid"
            exact={treasury?.rewardsPaid}
            text={treasury && money(treasury.rewardsPaid)}
          />
        </Figure>
        <Figure name="Bought back" note="USDC spent on $ASHAO">
          <Exact
            testId="bought-back"
            exact={treasury?.boughtBack}
            text={treasury && money(treasury.boughtBack)}
          />
        </Figure>
        <Figure name="Burned" note="$ASHAO, gone for good">
          <Exact testId="burned" exact={treasury?.burned} text={treasury && ashao(treasury.burned)} />
        </Figure>
      </Figures>
    </section>
  );
}

function Details({ treasury }: { treasury: Treasury }) {
  return (
    <>
      <DayChart
        id="revenue"
        title="Paid for answers a day"
        empty="What is paid each day will stand here."
        days={treasury.days}
        parts={REVENUE_PARTS}
      />
      <DayChart
        id="paid"
        title="Paid to wallets a day"
        empty="What each day pays to workers and stakers will stand here."
        days={treasury.days}
        parts={["paidOut"]}
      />
      <Burns burns={treasury.burns} pool={treasury.pools.buyback} />
      <Contracts treasury={treasury} />
    </>
  );
}
