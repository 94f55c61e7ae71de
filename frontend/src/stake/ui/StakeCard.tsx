import { type FormEvent, useState } from "react";
import type { Staker, Staking } from "../../api/money";
import { ashao } from "../../lib/money";
import { assertNever } from "../../lib/never";
import { useStore } from "../../lib/store";
import { AmountField } from "../../money/AmountField";
import { Stepper } from "../../money/Stepper";
import { Button } from "../../ui/Button";
import { Notice } from "../../ui/Notice";
import { asField, type JudgedStake, judgeStake, most, type Way } from "../amounts";
import type { StakeApp } from "../app";
import { isCounted, moveStages } from "../stages";
import type { MoveState } from "../staking";

/** Stake and unstake. */
export function StakeCard({ app, staking }: { app: StakeApp; staking: Staking | null }) {
  const [way, setWay] = useState<Way>("stake");
  const [text, setText] = useState("");
  const move = useStore(app.move.store);
  const you = staking?.you ?? null;
  if (app.config.chain === null) return <NoChain />;
  const judged: JudgedStake = you === null ? { ok: false, problem: null } : judgeStake(text, way, you);
  const busy = move.phase === "preparing" || move.phase === "working";
  const limit = you === null ? null : most(way, you);

  function write(next: string) {
    setText(next);
    app.move.reset();
  }
  function turn(next: Way) {
    setWay(next);
    write("");
  }
  async function submit(event: FormEvent) {
    event.preventDefault();
    if (!judged.ok || busy || you === null) return;
    if (await app.move.move(way, judged.wei, you.stake)) setText("");
  }
  return (
    <section
      className="card stake-card"
      aria-label="Stake or unstake"
      data-testid="stake-card"
      data-phase={move.phase}
    >
      <WayChoice way={way} disabled={busy} onChoose={turn} />
      <form onSubmit={(event) => void submit(event)}>
        <AmountField
          label={way === "stake" ? "Amount to stake" : "Amount to take back"}
          testId="stake-amount"
          unit="$ASHAO"
          value={text}
          problem={judged.ok ? null : judged.problem}
          disabled={busy || you === null}
          onChange={write}
          hint={<LimitHint way={way} limit={limit} />}
          aside={
            <Button
              look="quiet"
              className="field-button"
              data-testid="stake-max"
              disabled={busy || limit === null || limit === 0n}
              onClick={() => write(asField(limit ?? 0n))}
            >
              Max
            </Button>
          }
        />
        <Button
          type="submit"
          look="primary"
          className="wide-button"
          data-testid="stake-submit"
          disabled={busy || !judged.ok}
        >
          {buttonWord(move, way)}
        </Button>
      </form>
      <Progress move={move} you={you} confirmations={app.config.chain.confirmations} />
      {move.phase === "failed" && <Notice tone="error">{move.message}</Notice>}
    </section>
  );
}

function WayChoice({
  way,
  disabled,
  onChoose,
}: {
  way: Way;
  disabled: boolean;
  onChoose: (way: Way) => void;
}) {
  return (
    <fieldset className="segments" disabled={disabled}>
      <legend className="visually-hidden">What to do</legend>
      {(["stake", "unstake"] as const).map((one) => (
        <label className="segment" key={one}>
          <input
            type="radio"
            name="way"
            data-testid={`way-${one}`}
            checked={one === way}
            onChange={() => onChoose(one)}
          />
          <span className="segment-face">{one === "stake" ? "Stake" : "Unstake"}</span>
        </label>
      ))}
    </fieldset>
  );
}

function LimitHint({ way, limit }: { way: Way; limit: bigint | null }) {
  if (limit === null) return <>{"\u00a0"}</>;
  const where = way === "stake" ? "in your wallet" : "staked; it comes back at once";
  return (
    <>
      {ashao(limit)} $ASHAO {where}.
    </>
  );
}

interface ProgressProps {
  move: MoveState;
  you: Staker | null;
  confirmations: number;
}

function Progress({ move, you, confirmations }: ProgressProps) {
  const stages = moveStages(move, you);
  if (stages.length === 0) return null;
  return (
    <div className="under-way" data-testid="stake-steps" aria-live="polite">
      <Stepper stages={stages} label="Transactions" upright />
      {move.phase === "made" && (
        <p className="under-way-note" data-testid="stake-made" data-counted={isCounted(move, you)}>
          {isCounted(move, you)
            ? madeText(move.way, move.amountWei)
            : `It is in a block, and counts once ${confirmations.toLocaleString("en")} more confirm it.`}
        </p>
      )}
    </div>
  );
}

function madeText(way: Way, amountWei: bigint): string {
  return way === "stake"
    ? `${ashao(amountWei)} $ASHAO are staked.`
    : `${ashao(amountWei)} $ASHAO are back in your wallet.`;
}

function buttonWord(move: MoveState, way: Way): string {
  const word = way === "stake" ? "Stake" : "Unstake";
  switch (move.phase) {
    case "preparing":
      return "Preparing…";
    case "working":
      return move.steps.some(({ state }) => state === "asking")
        ? "Confirm in your wallet…"
        : "Waiting for its block…";
    case "idle":
    case "made":
    case "failed":
      return word;
    default:
      return assertNever(move);
  }
}

export function VisitorCard({ onSignIn }: { onSignIn: () => void }) {
  return (
    <section className="card visitor">
      <h2>Stake with your wallet</h2>
      <p>
        Your $ASHAO goes into a contract that gives it back to you alone, at any time. Nobody else can move
        it, and neither can we.
      </p>
      <Button look="primary" data-testid="visitor-sign-in" onClick={onSignIn}>
        Sign in
      </Button>
    </section>
  );
}

function NoChain() {
  return (
    <section className="card" data-testid="stake-card" data-phase="no-chain">
      <h2>Stake</h2>
      <p className="card-hint">No chain is configured on this server, so nothing can be staked here.</p>
    </section>
  );
}
