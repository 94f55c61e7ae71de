import { describe, expect, it } from "vitest";
import type { TreasuryDay } from "../api/money";
import { Treasury } from "../api/operations";
import { roundTop } from "../chart/bars";
import { barText, dayChart, pointedText, REVENUE_PARTS, sumText } from "./days";
import { exampleSplit, splitOf } from "./split";

function day(number: number, workers: number, rest = 0): TreasuryDay {
  return {
    day: `2026-11-${String(number).padStart(2, "0")}`,
    revenue: workers + 2 * rest,
    promoted: 0,
    workers,
    cloud: 0,
    stakers: rest,
    buyback: rest,
    paidOut: 0,
  };
}

describe("the chart of days", () => {
  it("stands at the right while there are few days, each part on the one below", () => {
    const chart = dayChart([day(20, 0), day(21, 700_000, 150_000)], REVENUE_PARTS);
    expect(chart?.top).toBe(1_000_000);
    const bar = chart?.bars[1];
    expect(bar?.x).toBeCloseTo(13 / 14);
    expect(bar?.segments.map((segment) => segment.part)).toEqual(["workers", "stakers", "buyback"]);
    expect(bar?.segments.at(-1)?.y).toBeCloseTo(0);
    expect(chart?.bars[0]?.segments).toEqual([]);
    expect(chart?.summary).toBe("$1.00 in 2 days. The best day was 21 Nov: $1.00.");
  });

  it("is nothing when there is nothing", () => {
    expect(dayChart([day(1, 0)], REVENUE_PARTS)).toBeNull();
    expect(dayChart([], ["paidOut"])).toBeNull();
  });

  it("has a round top that nothing exceeds, and every little thing is seen", () => {
    for (const most of [1, 999, 1_000_001, 12_345_678]) expect(roundTop(most)).toBeGreaterThanOrEqual(most);
    const chart = dayChart([day(1, 1), day(2, 100_000_000)], ["workers"]);
    expect(chart?.bars[0]?.segments[0]?.height).toBeGreaterThan(0.01);
  });

  it("says what of it nobody paid", () => {
    const free = { ...day(21, 700_000), promoted: 700_000, revenue: 0 };
    expect(sumText([free], REVENUE_PARTS)).toBe("$0.70 today, all of it from the promotion budget");
    expect(sumText([day(20, 350_000, 75_000), free], REVENUE_PARTS)).toBe(
      "$1.20 in 2 days, $0.70 of it from the promotion budget",
    );
    expect(sumText([day(20, 350_000)], REVENUE_PARTS)).toBe("$0.35 today");
    expect(sumText([{ ...free, paidOut: 100_000 }], ["paidOut"])).toBe("$0.10 today");
    expect(pointedText({ day: free, total: 700_000 }, REVENUE_PARTS)).toBe(
      "21 Nov: $0.70 (Workers $0.70), all of it from the promotion budget",
    );
  });

  it("names days as they were in UTC, wherever one is", () => {
    expect(barText({ day: day(1, 0), total: 70_000 })).toBe("1 Nov: $0.07");
  });
});

describe("the split", () => {
  it("is of one whole", () => {
    const parts = splitOf({ workers: 700, cloud: 0, stakers: 150, buyback: 150 });
    expect(parts.map((part) => part.bps)).toEqual([7_000, 0, 1_500, 1_500]);
    expect(splitOf({ workers: 0, cloud: 0, stakers: 0, buyback: 0 }).map((part) => part.bps)).toEqual([
      0, 0, 0, 0,
    ]);
  });

  it("has parts that are all of it", () => {
    const bps = (workers: number, cloud: number, rest: number) =>
      splitOf({ workers, cloud, stakers: rest, buyback: rest }).map((part) => part.bps);
    expect(bps(8_960_000, 0, 1_110_000)).toEqual([8_020, 0, 990, 990]);
    expect(bps(280_000, 2_240_000, 0)).toEqual([1_110, 8_890, 0, 0]);
    const odd = [bps(1, 1, 1), bps(7, 0, 3), bps(999_999, 1, 7)];
    for (const shares of odd) expect(shares.reduce((sum, part) => sum + part)).toBe(10_000);
  });

  it("shows how an answer is shared, to the last micro-dollar", () => {
    const parts = exampleSplit(100_001, 7_000);
    expect(parts.reduce((sum, part) => sum + part.micros, 0)).toBe(100_001);
  });
});

it("reads amounts of $ASHAO exactly, and refuses what is none", () => {
  const answer = {
    ...{
      revenue: 0,
      promoted: 0,
      workers: 0,
      cloud: 0,
      stakers: 0,
      buyback: 0,
      paidOut: 0,
      rewardsPaid: 0,
      boughtBack: 0,
    },
    pools: { buyback: 0, stakers: 0, cloud: 0 },
    ...{ burned: "1", staked: "0", supply: "1000000000000000000000000001", burns: [], days: [] },
    ...{ explorer: null, treasury: null, vault: null, token: null },
  };
  expect(Treasury(answer, "answer").supply).toBe(1_000_000_000_000_000_000_000_000_001n);
  expect(() => Treasury({ ...answer, burned: "1.5" }, "answer")).toThrow("burned");
  expect(() => Treasury({ ...answer, burned: 15 }, "answer")).toThrow("burned");
});
