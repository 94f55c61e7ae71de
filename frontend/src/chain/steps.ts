/** Several transactions in their order: each is signed and in a block before the next is asked for. */
import type { Tx } from "../api/money";
import { type Clock, pageClock } from "../lib/clock";
import { ChainError } from "./problems";
import type { ChainWallet } from "./wallet";

/** `waiting` for its turn, `asking` the wallet, `sent` and in no block yet, `done`. */
export type StepState = "waiting" | "asking" | "sent" | "done";

export interface Step {
  label: string;
  state: StepState;
  txHash: string | null;
}

const RECEIPT_EVERY_MS = 1_000;
const RECEIPT_LIMIT_MS = 180_000;

export interface StepsDeps {
  wallet: ChainWallet;
  onChange: (steps: readonly Step[]) => void;
  /** As soon as a transaction is out, whatever happens to it. */
  onSent?: (transaction: Tx, txHash: string) => void;
  clock?: Clock;
}

/** Rejects with `ChainError` at the first one that isn't made; those behind it are then not asked for. */
export async function runSteps(transactions: readonly Tx[], deps: StepsDeps): Promise<readonly Step[]> {
  let steps: readonly Step[] = transactions.map(({ label }) => ({ label, state: "waiting", txHash: null }));
  const change = (at: number, change: Partial<Step>) => {
    steps = steps.map((step, index) => (index === at ? { ...step, ...change } : step));
    deps.onChange(steps);
  };
  for (const [at, transaction] of transactions.entries()) {
    change(at, { state: "asking" });
    const txHash = await deps.wallet.send(transaction);
    change(at, { state: "sent", txHash });
    deps.onSent?.(transaction, txHash);
    await included(txHash, deps.wallet, deps.clock ?? pageClock);
    change(at, { state: "done" });
  }
  return steps;
}

/** A chain that doesn't answer for a moment says nothing about the transaction: it is asked again. */
async function included(txHash: string, wallet: ChainWallet, clock: Clock): Promise<void> {
  const until = clock.now() + RECEIPT_LIMIT_MS;
  for (;;) {
    const receipt = await wallet.receipt(txHash).catch(() => null);
    if (receipt?.succeeded === false) throw new ChainError({ kind: "reverted", reason: null, txHash });
    if (receipt !== null) return;
    if (clock.now() >= until) throw new ChainError({ kind: "slow", txHash });
    await clock.sleep(RECEIPT_EVERY_MS);
  }
}
