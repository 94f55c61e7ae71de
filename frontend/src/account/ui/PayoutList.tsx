import { useState } from "react";
import type { Payout } from "../../api/money";
import { money } from "../../lib/money";
import { dateTime } from "../../money/dates";
import { OutLink, ShortHex } from "../../money/OutLink";
import { Button } from "../../ui/Button";
import { shortWallet } from "../../ui/words";
import { isPayoutOpen, payoutName, payoutSentence } from "../words";

const SHOWN_FIRST = 5;

/** Every payout with where it is, in words. */
export function PayoutList({ payouts }: { payouts: readonly Payout[] }) {
  const [all, setAll] = useState(false);
  const shown = all ? payouts : payouts.slice(0, SHOWN_FIRST);
  return (
    <section className="payouts" aria-label="Payouts" aria-live="polite">
      <h3>Payouts</h3>
      {payouts.length === 0 ? (
        <p className="empty">None yet. Each will be listed with its state and its transaction.</p>
      ) : (
        <ul className="rows">
          {shown.map((payout) => (
            <PayoutRow key={payout.id} payout={payout} />
          ))}
        </ul>
      )}
      {shown.length < payouts.length && (
        <Button look="quiet" className="more" onClick={() => setAll(true)}>
          Show {payouts.length - shown.length} more
        </Button>
      )}
    </section>
  );
}

function PayoutRow({ payout }: { payout: Payout }) {
  const { amount, wallet, state, problem, txHash, url, requestedAt, finalAt } = payout;
  const at = finalAt ?? requestedAt;
  return (
    <li className="row" data-testid="payout" data-payout-id={payout.id} data-state={state}>
      <span className="row-main">
        {money(amount)} <span className="row-soft">to {shortWallet(wallet)}</span>
      </span>
      <span className="row-side">
        <span className="tag" data-tone={state === "final" ? "good" : isPayoutOpen(state) ? "now" : "bad"}>
          {payoutName(state)}
        </span>
      </span>
      <span className="row-note">
        {problem === null ? (
          payoutSentence(state)
        ) : (
          <span className="row-wrong" data-testid="payout-problem">
            {problem}
          </span>
        )}{" "}
        <time dateTime={at}>{dateTime(at)}</time>
        {txHash !== null && (
          <>
            {" · "}
            {url === null ? <ShortHex hex={txHash} /> : <OutLink url={url}>Transaction</OutLink>}
          </>
        )}
      </span>
    </li>
  );
}
