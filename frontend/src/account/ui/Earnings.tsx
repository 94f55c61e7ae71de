import { known } from "../../api/feed";
import type { Account } from "../../api/money";
import { money } from "../../lib/money";
import { useStore } from "../../lib/store";
import { FeedNotice } from "../../money/FeedNotice";
import { Exact, Figure, Figures } from "../../money/Figures";
import type { AccountApp } from "../app";
import { escrowSentence } from "../words";
import { NewWalletNotice } from "./NewWalletNotice";
import { PayoutForm } from "./PayoutForm";
import { PayoutList } from "./PayoutList";
import { PayoutWallets } from "./PayoutWallets";

/** What was earned: what can be paid out, what waits, what is on its way. */
export function Earnings({ app }: { app: AccountApp }) {
  const account = known(useStore(app.account.store));
  const payouts = known(useStore(app.payouts.store));
  return (
    <section className="earnings" id="earnings" aria-labelledby="earnings-title">
      <header className="section-head">
        <h2 id="earnings-title">Earnings</h2>
        <a className="plain-link" href="/earn">
          Earn more
        </a>
      </header>
      <FeedNotice feed={app.payouts} what="Your payouts" />
      {payouts?.newWallets.map((added) => (
        <NewWalletNotice key={added.wallet} app={app} added={added} />
      ))}
      <div className="earnings-grid">
        <div className="earnings-have">
          <Figures testId="earning-figures">
            <Figure main name="Available" note="can be paid out">
              <Exact testId="earnings" exact={account?.earnings} text={account && money(account.earnings)} />
            </Figure>
            <Figure name="In escrow">
              <Exact testId="escrow" exact={account?.escrow} text={account && money(account.escrow)} />
            </Figure>
            <Figure name="On its way" note="asked for, not yet final">
              <Exact
                testId="pending-payouts"
                exact={account?.pendingPayouts}
                text={account && money(account.pendingPayouts)}
              />
            </Figure>
          </Figures>
          {account !== null && isEarning(account) && <Trust trust={account.trust} />}
          {payouts !== null && <PayoutList payouts={payouts.payouts} />}
        </div>
        <div className="earnings-ask">
          <PayoutForm app={app} payouts={payouts} />
          {payouts !== null && <PayoutWallets app={app} payouts={payouts} />}
        </div>
      </div>
    </section>
  );
}

/** Trust means nothing to somebody who only chats. */
function isEarning({ escrow, earnings, trust }: Account): boolean {
  return escrow > 0 || (!trust.trusted && (earnings > 0 || trust.paidJobs > 0));
}

function Trust({ trust }: { trust: Account["trust"] }) {
  return (
    <div className="trust" data-testid="trust" data-trusted={trust.trusted}>
      <p className="trust-words">{escrowSentence({ trust })}</p>
      {!trust.trusted && (
        <dl>
          <Progress name="Paid answers" have={trust.paidJobs} need={trust.paidJobsNeeded} />
          <Progress name="Days" have={trust.days} need={trust.daysNeeded} />
        </dl>
      )}
    </div>
  );
}

function Progress({ name, have, need }: { name: string; have: number; need: number }) {
  const reached = Math.min(have, need);
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        <progress aria-label={name} max={Math.max(1, need)} value={need === 0 ? 1 : reached} />
        <span>
          {reached.toLocaleString("en")} of {need.toLocaleString("en")}
        </span>
      </dd>
    </div>
  );
}
