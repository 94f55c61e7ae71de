/** What people type on the account page, judged. A problem is a sentence for the field. */
import type { Payouts } from "../api/money";
import type { Tier } from "../api/types";
import { eitherOr, exactAmount, MICROS_PER_CREDIT, money, parseAmount, USDC_DECIMALS } from "../lib/money";
import { counted } from "../ui/words";

export const PRESETS_USD = [5, 20, 100] as const;
export const MICROS_PER_USD = 1_000_000;
const MOST_USD = 1_000_000;

export type Judged = { ok: true; micros: number } | { ok: false; problem: string | null };

/** An amount of whole cents, since a credit is one. Nothing typed is no problem yet. */
export function judgePurchase(text: string): Judged {
  const parsed = judgeDollars(text);
  if (!parsed.ok) return parsed;
  const { micros } = parsed;
  if (micros % MICROS_PER_CREDIT !== 0)
    return { ok: false, problem: "Only whole cents, please: one credit is $0.01." };
  return parsed;
}

export function judgePayout(
  text: string,
  { available, minimum, leftToday, perDay }: Pick<Payouts, "available" | "minimum" | "leftToday" | "perDay">,
): Judged {
  if (leftToday <= 0)
    return { ok: false, problem: `${counted(perDay, "payout")} a day can be asked for. Ask again tomorrow.` };
  const parsed = judgeDollars(text);
  if (!parsed.ok) return parsed;
  if (parsed.micros > available)
    return { ok: false, problem: `You have ${money(available)} that can be paid out.` };
  if (parsed.micros < minimum) return { ok: false, problem: `The smallest payout is ${money(minimum)}.` };
  return parsed;
}

function judgeDollars(text: string): Judged {
  const parsed = parseAmount(text, USDC_DECIMALS);
  if ("problem" in parsed) {
    switch (parsed.problem) {
      case "empty":
        return { ok: false, problem: null };
      case "too-fine":
        return { ok: false, problem: "USDC has six decimals, no more." };
      case "ambiguous":
        return { ok: false, problem: eitherOr(parsed.readings) };
      case "not-a-number":
        return { ok: false, problem: "Write an amount such as 20 or 12.50." };
    }
  }
  if (parsed.units <= 0n) return { ok: false, problem: "Write an amount above zero." };
  if (parsed.units > BigInt(MOST_USD) * BigInt(MICROS_PER_USD))
    return { ok: false, problem: `At most ${money(MOST_USD * MICROS_PER_USD)} at a time.` };
  return { ok: true, micros: Number(parsed.units) };
}

/** "200 Pro answers or 133 Max answers". */
export function answersFor(micros: number, tiers: readonly Tier[]): string {
  const bought = Math.floor(micros / MICROS_PER_CREDIT);
  return tiers.map((tier) => counted(Math.floor(bought / tier.credits), `${tier.name} answer`)).join(" or ");
}

/** The whole of an amount, as the field of a form takes it. */
export function asField(micros: number): string {
  return exactAmount(BigInt(micros), USDC_DECIMALS);
}
