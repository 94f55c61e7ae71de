/** The last hour in words, and its minutes as bars. */
import type { Minute } from "../api/types";
import { type Bars, stacked } from "../chart/bars";
import { money } from "../lib/money";
import { counted } from "../ui/words";
import { clock } from "./format";

/** Null when nothing was earned in the hour: there is nothing to draw. */
export function hourChart(hour: readonly Minute[]): Bars<"earned"> | null {
  return stacked(hour, ["earned"]);
}

export function summaryOf(hour: readonly Minute[]): string {
  const best = hour.reduce((a, b) => (b.earned > a.earned ? b : a));
  return `Earned in the last hour: ${sumText(hour)}. The best minute was ${minuteText(best)}.`;
}

/** "$0.21 for 2 answers" */
export function sumText(hour: readonly Minute[]): string {
  const earned = hour.reduce((sum, minute) => sum + minute.earned, 0);
  const jobs = hour.reduce((sum, minute) => sum + minute.jobs, 0);
  return `${money(earned)} for ${counted(jobs, "answer")}`;
}

export function minuteText({ at, earned, jobs }: Minute): string {
  return `${clock(at)}: ${money(earned)} for ${counted(jobs, "answer")}`;
}
