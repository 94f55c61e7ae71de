/** Amounts in a row as stacked bars: where each part stands and how high it is. Pure. */

export interface Segment<P extends string> {
  part: P;
  /** Of the whole height, from the top, 0 to 1. */
  y: number;
  height: number;
}

export interface Bar<P extends string> {
  /** Of the whole width, 0 to 1. */
  x: number;
  width: number;
  total: number;
  segments: readonly Segment<P>[];
}

export interface Bars<P extends string> {
  bars: readonly Bar<P>[];
  /** µUSDC at the top: a round amount that no bar exceeds. */
  top: number;
}

/** What is more than nothing is seen, however much the highest bar has. */
const LEAST_HEIGHT = 0.02;
const STEPS = [1, 1.5, 2, 2.5, 3, 4, 5, 6, 8] as const;

/** In `slots` places, of which few rows fill the right ones. Null when no row has anything: there is nothing to draw. */
export function stacked<P extends string>(
  rows: readonly Readonly<Record<P, number>>[],
  parts: readonly P[],
  slots = rows.length,
): Bars<P> | null {
  const totals = rows.map((row) => totalOf(row, parts));
  const most = Math.max(0, ...totals);
  if (most === 0) return null;
  const top = roundTop(most);
  const bars = rows.map((row, index) => ({
    x: (slots - rows.length + index) / slots,
    width: 1 / slots,
    total: totals[index] ?? 0,
    segments: segmentsOf(row, parts, top),
  }));
  return { bars, top };
}

export function totalOf<P extends string>(row: Readonly<Record<P, number>>, parts: readonly P[]): number {
  return parts.reduce((sum, part) => sum + row[part], 0);
}

/** The next amount with at most two digits before its zeros, so that the highest bar fills most of the height. */
export function roundTop(most: number): number {
  const magnitude = 10 ** Math.floor(Math.log10(most));
  const step = STEPS.find((factor) => factor * magnitude >= most) ?? 10;
  return Math.round(step * magnitude);
}

function segmentsOf<P extends string>(
  row: Readonly<Record<P, number>>,
  parts: readonly P[],
  top: number,
): Segment<P>[] {
  const segments: Segment<P>[] = [];
  let base = 1;
  for (const part of parts) {
    if (row[part] <= 0) continue;
    const height = Math.min(base, Math.max(LEAST_HEIGHT, row[part] / top));
    base -= height;
    segments.push({ part, y: base, height });
  }
  return segments;
}
