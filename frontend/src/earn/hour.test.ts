import { expect, test } from "vitest";
import type { Minute } from "../api/types";
import { roundTop } from "../chart/bars";
import { hourChart, summaryOf } from "./hour";

function hour(earned: Record<number, number>): Minute[] {
  return Array.from({ length: 60 }, (_, index) => ({
    at: new Date(Date.UTC(2026, 0, 2, 12, index)).toISOString(),
    jobs: earned[index] === undefined ? 0 : 1,
    tokens: 0,
    earned: earned[index] ?? 0,
  }));
}

test("an hour without earnings draws nothing", () => {
  expect(hourChart(hour({}))).toBeNull();
  expect(hourChart([])).toBeNull();
});

test("bars are as high as their minute is of the top, and stand in order", () => {
  const chart = hourChart(hour({ 0: 100_000, 30: 200_000, 59: 50_000 }));
  expect(chart?.top).toBe(200_000);
  expect(chart?.bars.flatMap((bar) => bar.segments.map(({ height }) => height))).toEqual([0.5, 1, 0.25]);
  expect(chart?.bars[30]?.x).toBe(0.5);
  expect(chart?.bars).toHaveLength(60);
});

test("a little beside a lot is still seen", () => {
  expect(hourChart(hour({ 1: 1, 2: 1_000_000 }))?.bars[1]?.segments[0]?.height).toBe(0.02);
});

test("the summary has the sum and the best minute", () => {
  const summary = summaryOf(hour({ 5: 70_000, 6: 140_000 }));
  expect(summary).toContain("$0.21 for 2 answers");
  expect(summary).toMatch(/best minute was \d\d:06: \$0\.14 for 1 answer\.$/);
});

test.each([
  [1, 1],
  [70_000, 80_000],
  [100_000, 100_000],
  [140_000, 150_000],
  [210_000, 250_000],
  [510_000, 600_000],
  [810_000, 1_000_000],
])("the top above %d is %d", (most, top) => {
  expect(roundTop(most)).toBe(top);
});
