/** What people type on the stake page, judged. A problem is a sentence for the field. */
import type { Staker } from "../api/money";
import { ASHAO_DECIMALS, ashao, eitherOr, exactAmount, parseAmount } from "../lib/money";

export type Way = "stake" | "unstake";

export type JudgedStake = { ok: true; wei: bigint } | { ok: false; problem: string | null };

/** The most that can go that way; null where the chain can't tell. */
export function most(way: Way, you: Pick<Staker, "balance" | "stake" | "onChain">): bigint | null {
  return way === "stake" ? you.balance : (you.onChain ?? you.stake);
}

/** Nothing typed is no problem yet. */
export function judgeStake(
  text: string,
  way: Way,
  you: Pick<Staker, "balance" | "stake" | "onChain">,
): JudgedStake {
  const parsed = parseAmount(text, ASHAO_DECIMALS);
  if ("problem" in parsed) {
    switch (parsed.problem) {
      case "empty":
        return { ok: false, problem: null };
      case "too-fine":
        return { ok: false, problem: "$ASHAO has 18 decimals, no more." };
      case "ambiguous":
        return { ok: false, problem: eitherOr(parsed.readings) };
      case "not-a-number":
        return { ok: false, problem: "Write an amount such as 1000 or 0.5." };
    }
  }
  if (parsed.units <= 0n) return { ok: false, problem: "Write an amount above zero." };
  const limit = most(way, you);
  if (limit !== null && parsed.units > limit) {
    const has = way === "stake" ? "Your wallet has" : "Your stake is";
    return { ok: false, problem: `${has} ${ashao(limit)} $ASHAO.` };
  }
  return { ok: true, wei: parsed.units };
}

/** All of it, to the last of its 18 decimals. */
export function asField(wei: bigint): string {
  return exactAmount(wei, ASHAO_DECIMALS);
}

/** What is on the chain and not counted yet: positive for a stake, negative for a withdrawal. */
export function pendingWei({ stake, onChain }: Pick<Staker, "stake" | "onChain">): bigint {
  return onChain === null ? 0n : onChain - stake;
}
