import { type FormEvent, type ReactNode, useState } from "react";
import { known } from "../../api/feed";
import type { Balances } from "../../chain/balances";
import { credits, money } from "../../lib/money";
import { assertNever } from "../../lib/never";
import { useStore } from "../../lib/store";
import { AmountField } from "../../money/AmountField";
import { Button } from "../../ui/Button";
import { Notice } from "../../ui/Notice";
import { answersFor, type Judged, judgePurchase, PRESETS_USD } from "../amounts";
import type { AccountApp } from "../app";
import type { BuyingState } from "../buying";

type Choice = { preset: number } | { typed: string };

/** Credits for USDC: how much, what one gets for it, and the wallet's own question. */
export function BuyCard({ app }: { app: AccountApp }) {
  const state = useStore(app.buying.store);
  const balances = known(useStore(app.balances.store));
  const [choice, setChoice] = useState<Choice>({ preset: PRESETS_USD[1] });
  const wallet = balances?.usdcMicros ?? null;
  const judged = judgePurchase("preset" in choice ? String(choice.preset) : choice.typed);
  const short = judged.ok && wallet !== null && judged.micros > wallet;
  const busy = state.phase === "preparing" || state.phase === "asking";
  if (app.config.chain === null) return <NoChain />;

  function choose(next: Choice) {
    setChoice(next);
    app.buying.reset();
  }
  async function submit(event: FormEvent) {
    event.preventDefault();
    if (judged.ok && !short && !busy) await app.buying.buy(judged.micros);
  }
  const typed = "typed" in choice ? choice.typed : null;
  const problem = problemAtField(judged, state);
  return (
    <section className="card buy" aria-labelledby="buy-title" data-testid="buy" data-phase={state.phase}>
      <h2 id="buy-title">Buy credits</h2>
      <form onSubmit={(event) => void submit(event)}>
        <fieldset className="chips" disabled={busy}>
          <legend className="visually-hidden">Amount</legend>
          {PRESETS_USD.map((usd) => (
            <ChoiceChip
              key={usd}
              testId={`buy-${usd}`}
              checked={"preset" in choice && choice.preset === usd}
              onChoose={() => choose({ preset: usd })}
            >
              ${usd}
            </ChoiceChip>
          ))}
          <ChoiceChip testId="buy-other" checked={typed !== null} onChoose={() => choose({ typed: "" })}>
            Other
          </ChoiceChip>
        </fieldset>
        {typed !== null && (
          <AmountField
            label="Amount in USDC"
            testId="buy-amount"
            unit="$"
            unitBefore
            value={typed}
            problem={problem}
            disabled={busy}
            onChange={(text) => choose({ typed: text })}
          />
        )}
        {typed === null && problem !== null && (
          <p className="field-problem" role="alert" data-testid="buy-amount-problem">
            {problem}
          </p>
        )}
        <p className="buy-gets" data-testid="buy-gets">
          {judged.ok ? (
            <>
              <strong>{credits(judged.micros)} credits</strong>
              <span>{answersFor(judged.micros, app.config.tiers)}</span>
            </>
          ) : (
            <>
              <strong>Credits</strong>
              <span>1 credit is $0.01, and they don’t expire.</span>
            </>
          )}
        </p>
        <Button
          type="submit"
          look="primary"
          className="wide-button"
          data-testid="buy-credits"
          disabled={busy || !judged.ok || short}
        >
          {buttonWord(state, judged)}
        </Button>
      </form>
      {state.phase === "failed" && !state.atField && <Notice tone="error">{state.message}</Notice>}
      <WalletHint balances={balances} short={short} />
    </section>
  );
}

/** What the wallet has, and what it lacks. */
function WalletHint({ balances, short }: { balances: Balances | null; short: boolean }) {
  if (balances === null)
    return <p className="card-hint">Paid with USDC from the wallet you are signed in with.</p>;
  const { usdcMicros, etherWei } = balances;
  const lacks = short ? ", too little for this" : etherWei === 0n ? ", but no ether for the fee" : "";
  return (
    <p className="card-hint" data-testid="wallet-hint" data-short={short}>
      Your wallet has{" "}
      <b data-testid="wallet-usdc" data-micros={usdcMicros}>
        {money(usdcMicros)}
      </b>{" "}
      of USDC{lacks}.
    </p>
  );
}

function problemAtField(judged: Judged, state: BuyingState): string | null {
  if (!judged.ok) return judged.problem;
  return state.phase === "failed" && state.atField ? state.message : null;
}

function buttonWord(state: BuyingState, judged: Judged): string {
  switch (state.phase) {
    case "preparing":
      return "Preparing…";
    case "asking":
      return "Confirm in your wallet…";
    case "idle":
    case "failed":
      return judged.ok ? `Pay ${money(judged.micros)}` : "Pay";
    default:
      return assertNever(state);
  }
}

interface ChoiceChipProps {
  testId: string;
  checked: boolean;
  onChoose: () => void;
  children: ReactNode;
}

function ChoiceChip({ testId, checked, onChoose, children }: ChoiceChipProps) {
  return (
    <label className="chip">
      <input type="radio" name="amount" data-testid={testId} checked={checked} onChange={onChoose} />
      <span className="chip-face">{children}</span>
    </label>
  );
}

function NoChain() {
  return (
    <section className="card buy" data-testid="buy" data-phase="no-chain">
      <h2>Buy credits</h2>
      <p className="card-hint">
        No chain is configured on this server, so credits can’t be bought here. Free credits work as ever.
      </p>
    </section>
  );
}
