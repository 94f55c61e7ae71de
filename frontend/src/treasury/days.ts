/** Days as stacked bars: where each part stands, how high it is, and the same in words. Pure. */
import type { TreasuryDay } from "../api/money";
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

export interface Segment {
  part: Part;
  /** Of the whole height, from the top, 0 to 1. */
  y: number;
  height: number;
}

export interface DayBar {
  day: TreasuryDay;
  /** Of the whole width, 0 to 1. */
  x: number;
  width: number;
  total: number;
  segments: readonly Segment[];
}

export interface DayChartShape {
  bars: readonly DayBar[];
  /** µUSDC at the top: a round amount that no day exceeds. */
  top: number;
  summary: string;
}

/** Fewer days than these stand at the right, as wide as they will be later. */
const LEAST_SLOTS = 14;
/** A day with anything on it is seen, however much the best one had. */
const LEAST_HEIGHT = 0.015;
const STEPS = [1, 1.5, 2, 2.5, 3, 4, 5, 6, 8] as const;

/** Null when no day has anything: there is nothing to draw. */
export function dayChart(days: readonly TreasuryDay[], parts: readonly Part[]): DayChartShape | null {
  const totals = days.map((day) => totalOf(day, parts));
  const most = Math.max(0, ...totals);
  if (most === 0) return null;
  const top = roundTop(most);
  const slots = Math.max(LEAST_SLOTS, days.length);
  const bars = days.map((day, index) => ({
    day,
    x: (slots - days.length + index) / slots,
    width: 1 / slots,
    total: totals[index] ?? 0,
    segments: segmentsOf(day, parts, top),
  }));
  return { bars, top, summary: summaryOf(bars) };
}

/** The next amount with at most two digits before its zeros, so that the highest bar fills most of the height. */
export function roundTop(most: number): number {
  const magnitude = 10 ** Math.floor(Math.log10(most));
  const step = STEPS.find((factor) => factor * magnitude >= most) ?? 10;
  return Math.round(step * magnitude);
}

export function totalOf(day: TreasuryDay, parts: readonly Part[]): number {
  return parts.reduce((sum, part) => sum + day[part], 0);
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

function segmentsOf(day: TreasuryDay, parts: readonly Part[], top: number): Segment[] {
  const segments: Segment[] = [];
  let base = 1;
  for (const part of parts) {
    if (day[part] <= 0) continue;
    const height = Math.min(base, Math.max(LEAST_HEIGHT, day[part] / top));
    base -= height;
    segments.push({ part, y: base, height });
  }
  return segments;
}

function summaryOf(bars: readonly DayBar[]): string {
  const sum = bars.reduce((total, bar) => total + bar.total, 0);
  const best = bars.reduce((a, b) => (b.total > a.total ? b : a));
  return `${money(sum)} in ${bars.length} days. The best day was ${barText(best)}.`;
}
