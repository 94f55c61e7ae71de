/** Where the revenue went, as parts of one whole. Pure. */
import type { Treasury } from "../api/money";
import { basisPoints } from "../lib/money";
import { type Part, REVENUE_PARTS } from "./days";

export interface SplitPart {
  part: Part;
  micros: number;
  bps: number;
}

export function splitOf(treasury: Pick<Treasury, "workers" | "cloud" | "stakers" | "buyback">): SplitPart[] {
  const whole = REVENUE_PARTS.reduce((sum, part) => sum + BigInt(treasury[part]), 0n);
  return REVENUE_PARTS.map((part) => ({
    part,
    micros: treasury[part],
    bps: basisPoints(BigInt(treasury[part]), whole),
  }));
}

/** How an answer by a volunteer's machine is split, to show before there is any. */
export function exampleSplit(priceMicros: number, workerBps: number): SplitPart[] {
  const workers = Math.floor((priceMicros * workerBps) / 10_000);
  const rest = priceMicros - workers;
  const buyback = Math.floor(rest / 2);
  return splitOf({ workers, cloud: 0, stakers: rest - buyback, buyback });
}
