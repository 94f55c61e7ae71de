import { expect, test } from "vitest";
import { money, percent, shareMicros } from "./money";

test.each([
  [0, "$0.00"],
  [1, "under $0.0001"],
  [99, "under $0.0001"],
  [100, "$0.0001"],
  [12_300, "$0.0123"],
  [12_399, "$0.0123"],
  [10_099, "$0.01"],
  [70_000, "$0.07"],
  [105_000, "$0.105"],
  [999_999, "$0.9999"],
  [1_000_000, "$1.00"],
  [1_239_999, "$1.23"],
  [12_345_678_900, "$12,345.67"],
  [-70_000, "−$0.07"],
])("%d µUSDC is %s", (micros, shown) => {
  expect(money(micros)).toBe(shown);
});

test("amounts beyond what a float adds up exactly are still whole cents", () => {
  expect(money(9_007_199_254_740_991)).toBe("$9,007,199,254.74");
});

test("a worker's share is what the server pays", () => {
  expect(shareMicros(10, 7_000)).toBe(70_000);
  expect(shareMicros(15, 8_000)).toBe(120_000);
  expect(shareMicros(1, 3_333)).toBe(3_333);
});

test.each([
  [7_000, "70\u00a0%"],
  [7_250, "72.5\u00a0%"],
  [7_005, "70.05\u00a0%"],
])("%d basis points", (bps, shown) => {
  expect(percent(bps)).toBe(shown);
});
