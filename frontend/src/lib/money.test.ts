import { describe, expect, it, test } from "vitest";
import {
  ashao,
  basisPoints,
  credits,
  eitherOr,
  exactAmount,
  money,
  parseAmount,
  percent,
  shareMicros,
  signed,
} from "./money";

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

describe("an amount that somebody typed", () => {
  it.each([
    ["20", 6, 20_000_000n],
    ["$12.50", 6, 12_500_000n],
    [" 1,234.5 ", 6, 1_234_500_000n],
    [".5", 18, 500_000_000_000_000_000n],
    ["7.", 6, 7_000_000n],
    ["0.000000000000000001", 18, 1n],
    ["1.10000000000000000000", 18, 1_100_000_000_000_000_000n],
    ["1,5", 6, 1_500_000n],
    ["1.234,5", 6, 1_234_500_000n],
    ["1 234,5", 6, 1_234_500_000n],
    ["1\u202f234.5", 6, 1_234_500_000n],
    ["1’234’567", 6, 1_234_567_000_000n],
    ["1.234.567", 6, 1_234_567_000_000n],
    ["1,234,567", 6, 1_234_567_000_000n],
    ["1,2345", 6, 1_234_500n],
    ["0,125", 6, 125_000n],
    ["0.125", 6, 125_000n],
    ["1234.567", 6, 1_234_567_000n],
    ["123456789.123456789123456789", 18, 123_456_789_123_456_789_123_456_789n],
  ])("%s is exact", (text, decimals, units) => {
    expect(parseAmount(text, decimals)).toEqual({ units });
  });

  it.each([
    ["", "empty"],
    ["  ", "empty"],
    ["1,23,456", "not-a-number"],
    ["1.234,567.8", "not-a-number"],
    ["1,234,5", "not-a-number"],
    ["12 34", "not-a-number"],
    ["1.2.3", "not-a-number"],
    ["-3", "not-a-number"],
    ["1e3", "not-a-number"],
    ["0x10", "not-a-number"],
    [".", "not-a-number"],
    ["$", "empty"],
    ["9".repeat(40), "not-a-number"],
    ["0.0000001", "too-fine"],
  ])("%j is told as %s", (text, problem) => {
    expect(parseAmount(text, 6)).toEqual({ problem });
  });

  it.each([
    ["1,500", "1500", "1.5"],
    ["1.500", "1500", "1.5"],
    ["12.345", "12345", "12.345"],
    ["$100,000", "100000", "100"],
  ])("%s is refused, and both readings are said", (text, thousands, fraction) => {
    expect(parseAmount(text, 6)).toEqual({ problem: "ambiguous", readings: [thousands, fraction] });
    const [, offered = ""] = / or as (.*)\.$/.exec(eitherOr([thousands, fraction])) ?? [];
    expect(parseAmount(thousands, 6)).toHaveProperty("units");
    expect(parseAmount(offered, 6)).toHaveProperty("units");
  });

  it("comes back as it is written into a field", () => {
    for (const units of [0n, 1n, 10n ** 18n, 12_345n * 10n ** 15n, 123_456_789_123_456_789_123_456_789n])
      expect(parseAmount(exactAmount(units, 18), 18)).toEqual({ units });
    expect(exactAmount(-1_500_000n, 6)).toBe("-1.5");
  });
});

describe("$ASHAO", () => {
  it("is cut off, never rounded up, and never shown as nothing", () => {
    expect(ashao(10n ** 18n)).toBe("1");
    expect(ashao(1_234_567n * 10n ** 18n + 999_999n * 10n ** 12n)).toBe("1,234,567.9999");
    expect(ashao(5n * 10n ** 17n)).toBe("0.5");
    expect(ashao(1n)).toBe("under 0.0001");
    expect(ashao(0n)).toBe("0");
    expect(ashao(-(10n ** 18n))).toBe("−1");
  });
});

it("counts credits, and shows odd amounts exactly", () => {
  expect([credits(20_000_000), credits(125_000), credits(1), credits(-100_000)]).toEqual([
    "2,000",
    "12.5",
    "0.0001",
    "−10",
  ]);
  expect([signed(70_000, money), signed(-70_000, money), signed(0, money)]).toEqual([
    "+$0.07",
    "−$0.07",
    "$0.00",
  ]);
});

it("takes parts of a whole without floats", () => {
  expect(basisPoints(1n, 3n)).toBe(3_333);
  expect(basisPoints(10n ** 27n, 10n ** 27n)).toBe(10_000);
  expect(basisPoints(5n, 0n)).toBe(0);
});
