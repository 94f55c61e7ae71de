/** The last hour as bars: where each stands, how high it is, and the same in words. */
import type { Minute } from "../../api/types";
import { money } from "../../lib/money";
import { counted } from "../../ui/words";
import { clock } from "./format";

export interface Bar {
  minute: Minute;
  /** Of the whole width, 0 to 1. */
  x: number;
  /** Of the whole height, 0 to 1; 0 where nothing was earned. */
  height: number;
}

export interface HourChart {
  bars: readonly Bar[];
  /** µUSDC at the top of the chart: a round amount that no minute exceeds. */
  top: number;
  summary: string;
}

/** A minute that earned anything is seen, however much the best one earned. */
const LEAST_HEIGHT = 0.02;

const STEPS = [1, 1.5, 2, 2.5, 3, 4, 5, 6, 8] as const;

/** Null when nothing was earned in the hour: there is nothing to draw. */
export function hourChart(hour: readonly Minute[]): HourChart | null {
  const most = Math.max(0, ...hour.map((minute) => minute.earned));
  if (most === 0) return null;
  const top = roundTop(most);
  const bars = hour.map((minute, index) => ({
    minute,
    x: index / hour.length,
    height: minute.earned === 0 ? 0 : Math.max(LEAST_HEIGHT, minute.earned / top),
  }));
  return { bars, top, summary: summaryOf(hour) };
}

/** The next amount with at most two digits before its zeros, so that the highest bar fills most of the height. */
export function roundTop(most: number): number {
  const magnitude = 10 ** Math.floor(Math.log10(most));
  const step = STEPS.find((factor) => factor * magnitude >= most) ?? 10;
  return step * magnitude;
}

function summaryOf(hour: readonly Minute[]): string {
  const earned = hour.reduce((sum, minute) => sum + minute.earned, 0);
  const jobs = hour.reduce((sum, minute) => sum + minute.jobs, 0);
  const best = hour.reduce((a, b) => (b.earned > a.earned ? b : a));
  return (
    `Earned in the last hour: ${money(earned)} for ${counted(jobs, "answer")}. ` +
    `The best minute was ${minuteText(best)}.`
  );
}

export function minuteText({ at, earned, jobs }: Minute): string {
  return `${clock(at)}: ${money(earned)} for ${counted(jobs, "answer")}`;
}
