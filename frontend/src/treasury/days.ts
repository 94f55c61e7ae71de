/** Days as stacked bars, and the same in words. Pure. */
import type { TreasuryDay } from "../api/money";
import { type Bar, type Bars, stacked, totalOf } from "../chart/bars";
import { money } from "../lib/money";
import { dayName } from "../money/dates";

export type Part = "workers" | "cloud" | "stakers" | "buyback" | "paidOut";

export const PART_NAMES: Readonly<Record<Part, string>> = {
  workers: "Workers",
  cloud: "Cloud",
  stakers: "Stakers",
  buyback: "Buyback and burn",
  paidOut: "Paid out",
};

export const REVENUE_PARTS = ["workers", "cloud", "stakers", "buyback"] as const satisfies readonly Part[];

export interface DayBar extends Bar<Part> {
  day: TreasuryDay;
}

export interface DayChartShape extends Bars<Part> {
  bars: readonly DayBar[];
  summary: string;
}

/** Fewer days than these stand at the right, as wide as they will be later. */
const LEAST_SLOTS = 14;

/** Null when no day has anything: there is nothing to draw. */
export function dayChart(days: readonly TreasuryDay[], parts: readonly Part[]): DayChartShape | null {
  const chart = stacked(days, parts, Math.max(LEAST_SLOTS, days.length));
  if (chart === null) return null;
  const bars = chart.bars.flatMap((bar, index) => {
    const day = days[index];
    return day === undefined ? [] : [{ ...bar, day }];
  });
  return { ...chart, bars, summary: summaryOf(bars) };
}

/** "21 Nov: $1.00" */
export function barText({ day, total }: Pick<DayBar, "day" | "total">): string {
  return `${dayName(day.day)}: ${money(total)}`;
}

/** "$1.20 in 3 days, $0.70 of it from the promotion budget": what nobody paid is told apart. */
export function sumText(days: readonly TreasuryDay[], parts: readonly Part[]): string {
  const sum = days.reduce((total, day) => total + totalOf(day, parts), 0);
  const when = days.length === 1 ? "today" : `in ${days.length} days`;
  return `${money(sum)} ${when}${freeText(days, parts, sum)}`;
}

/** The day that is pointed at. */
export function pointedText({ day, total }: Pick<DayBar, "day" | "total">, parts: readonly Part[]): string {
  const split = parts
    .filter((part) => day[part] > 0)
    .map((part) => `${PART_NAMES[part]} ${money(day[part])}`);
  const detail = parts.length < 2 || split.length === 0 ? "" : ` (${split.join(", ")})`;
  return `${barText({ day, total })}${detail}${freeText([day], parts, total)}`;
}

function freeText(days: readonly TreasuryDay[], parts: readonly Part[], sum: number): string {
  const free = parts.includes("paidOut") ? 0 : days.reduce((total, day) => total + day.promoted, 0);
  if (free === 0) return "";
  return `, ${free >= sum ? "all" : money(free)} of it from the promotion budget`;
}

function summaryOf(bars: readonly DayBar[]): string {
  const sum = bars.reduce((total, bar) => total + bar.total, 0);
  const best = bars.reduce((a, b) => (b.total > a.total ? b : a));
  return `${money(sum)} in ${bars.length} days. The best day was ${barText(best)}.`;
}
