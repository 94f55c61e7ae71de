/** A move as stations for the eye: one for each transaction, and one for being counted. Pure. */
import type { Staker } from "../api/money";
import type { Step } from "../chain/steps";
import { assertNever } from "../lib/never";
import type { Stage } from "../money/Stepper";
import { pendingWei } from "./amounts";
import type { MoveState } from "./staking";

export function moveStages(move: MoveState, you: Pick<Staker, "stake" | "onChain"> | null): Stage[] {
  switch (move.phase) {
    case "idle":
    case "preparing":
      return [];
    case "working":
      return [...move.steps.map(stageOf), { name: COUNTED, state: "ahead" }];
    case "failed":
      return move.steps.length === 0 ? [] : [...failedAt(move.steps), { name: COUNTED, state: "ahead" }];
    case "made": {
      const counted = isCounted(move, you);
      const last: Stage = counted
        ? { name: COUNTED, state: "done" }
        : { name: COUNTED, state: "now", note: "waiting for confirmations" };
      return [...move.steps.map(stageOf), last];
    }
    default:
      return assertNever(move);
  }
}

const COUNTED = "Counted";

/** Whether the server's figures have it. */
export function isCounted(
  move: { stakeBefore: bigint },
  you: Pick<Staker, "stake" | "onChain"> | null,
): boolean {
  return you !== null && you.stake !== move.stakeBefore && pendingWei(you) === 0n;
}

function stageOf({ label, state }: Step): Stage {
  switch (state) {
    case "waiting":
      return { name: label, state: "ahead" };
    case "asking":
      return { name: label, state: "now", note: "confirm in your wallet" };
    case "sent":
      return { name: label, state: "now", note: "waiting for its block" };
    case "done":
      return { name: label, state: "done" };
    default:
      return assertNever(state);
  }
}

function failedAt(steps: readonly Step[]): Stage[] {
  return steps.map((step) =>
    step.state === "asking" || step.state === "sent" ? { name: step.label, state: "failed" } : stageOf(step),
  );
}
