import { type FormEvent, useState } from "react";
import type { Payouts } from "../../api/money";
import { money } from "../../lib/money";
import { useStore } from "../../lib/store";
import { AmountField } from "../../money/AmountField";
import { Button } from "../../ui/Button";
import { Notice } from "../../ui/Notice";
import { counted, shortWallet } from "../../ui/words";
import { asField, judgePayout } from "../amounts";
import type { AccountApp } from "../app";

const NOTHING: Pick<Payouts, "available" | "minimum" | "leftToday" | "perDay"> = {
  available: 0,
  minimum: 0,
  leftToday: 1,
  perDay: 1,
};

/** Asks for what was earned to be sent to a wallet. */
export function PayoutForm({ app, payouts }: { app: AccountApp; payouts: Payouts | null }) {
  const state = useStore(app.payoutRequest.store);
  const [text, setText] = useState("");
  const [chosen, setChosen] = useState<string | null>(null);
  const judged = judgePayout(text, payouts ?? NOTHING);
  const wallets = payouts?.wallets ?? [];
  const wallet = chosen !== null && wallets.includes(chosen) ? chosen : wallets[0];
  const busy = state.phase === "asking";
  const ready = payouts !== null && judged.ok && wallet !== undefined && !busy;

  function write(next: string) {
    setText(next);
    app.payoutRequest.reset();
  }
  async function submit(event: FormEvent) {
    event.preventDefault();
    if (!ready || !judged.ok) return;
    if (await app.payoutRequest.ask(judged.micros, wallet)) setText("");
  }
  return (
    <section
      className="card"
      aria-labelledby="payout-title"
      data-testid="payout-form"
      data-phase={state.phase}
    >
      <h3 id="payout-title">Get paid</h3>
      <form onSubmit={(event) => void submit(event)}>
        <AmountField
          label="Amount in USDC"
          testId="payout-amount"
          unit="$"
          unitBefore
          value={text}
          problem={judged.ok || payouts === null ? null : judged.problem}
          disabled={busy || payouts === null}
          onChange={write}
          hint={payouts === null ? "\u00a0" : limitsText(payouts)}
          aside={
            <Button
              look="quiet"
              className="field-button"
              data-testid="payout-all"
              disabled={busy || (payouts?.available ?? 0) <= 0}
              onClick={() => write(asField(payouts?.available ?? 0))}
            >
              All
            </Button>
          }
        />
        {wallets.length > 1 && (
          <label className="field">
            <span>To the wallet</span>
            <select
              className="select"
              data-testid="payout-wallet"
              value={wallet}
              disabled={busy}
              onChange={(event) => setChosen(event.target.value)}
            >
              {wallets.map((address, index) => (
                <option key={address} value={address}>
                  {shortWallet(address)}
                  {index === 0 ? " (the one you sign in with)" : ""}
                </option>
              ))}
            </select>
          </label>
        )}
        <Button
          type="submit"
          look="primary"
          className="wide-button"
          data-testid="request-payout"
          disabled={!ready}
        >
          {busy ? "Asking…" : judged.ok ? `Ask for ${money(judged.micros)}` : "Ask for a payout"}
        </Button>
      </form>
      {state.phase === "failed" && <Notice tone="error">{state.message}</Notice>}
      {state.phase === "asked" && (
        <Notice tone="note">
          You asked for {money(state.amountMicros)}. Its way is listed with your payouts.
        </Notice>
      )}
    </section>
  );
}

function limitsText({ minimum, perDay, leftToday }: Payouts): string {
  const left = leftToday === perDay ? "" : `, ${leftToday} left today`;
  return `At least ${money(minimum)}; ${counted(perDay, "payout")} a day${left}.`;
}
