/** Where the revenue went, as parts of one whole. Pure. */
import type { Treasury } from "../api/money";
import { type Part, REVENUE_PARTS } from "./days";

export interface SplitPart {
  part: Part;
  micros: number;
  /** Of the whole, in whole tenths of a percent; all parts together are all of it. */
  bps: number;
}

export function splitOf(treasury: Pick<Treasury, "workers" | "cloud" | "stakers" | "buyback">): SplitPart[] {
  const shares = sharesOf(REVENUE_PARTS.map((part) => treasury[part]));
  return REVENUE_PARTS.map((part, at) => ({ part, micros: treasury[part], bps: shares[at] ?? 0 }));
}

const TENTH_BPS = 10;

/** Each rounded down; the tenths that are left over go to those who lost most by it. */
function sharesOf(amounts: readonly number[]): number[] {
  const whole = amounts.reduce((sum, amount) => sum + BigInt(amount), 0n);
  if (whole === 0n) return amounts.map(() => 0);
  const exact = amounts.map((amount) => BigInt(amount) * 1_000n);
  const tenths = exact.map((amount) => Number(amount / whole));
  const left = 1_000 - tenths.reduce((sum, tenth) => sum + tenth, 0);
  const losers = exact
    .map((amount, at) => ({ at, lost: amount % whole }))
    .sort((one, other) => (one.lost < other.lost ? 1 : one.lost > other.lost ? -1 : 0))
    .slice(0, left);
  for (const { at } of losers) tenths[at] = (tenths[at] ?? 0) + 1;
  return tenths.map((tenth) => tenth * TENTH_BPS);
}

/** How an answer by a volunteer's machine is split, to show before there is any. */
export function exampleSplit(priceMicros: number, workerBps: number): SplitPart[] {
  const workers = Math.floor((priceMicros * workerBps) / 10_000);
  const rest = priceMicros - workers;
  const buyback = Math.floor(rest / 2);
  return splitOf({ workers, cloud: 0, stakers: rest - buyback, buyback });
}
