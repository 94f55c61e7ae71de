import { describe, expect, it } from "vitest";
import type { Deposit } from "../api/money";
import { answersFor, asField, judgePayout, judgePurchase } from "./amounts";
import { depositStages, escrowSentence, kindName } from "./words";

describe("an amount to buy for", () => {
  it("is exact, and of whole cents", () => {
    expect(judgePurchase("20")).toEqual({ ok: true, micros: 20_000_000 });
    expect(judgePurchase("0.07")).toEqual({ ok: true, micros: 70_000 });
    expect(judgePurchase("")).toEqual({ ok: false, problem: null });
    expect(judgePurchase("0.005")).toMatchObject({ ok: false, problem: expect.stringContaining("cents") });
    expect(judgePurchase("0")).toMatchObject({ ok: false, problem: expect.stringContaining("above zero") });
    expect(judgePurchase("1.0000001")).toMatchObject({ problem: expect.stringContaining("six decimals") });
    expect(judgePurchase("99999999")).toMatchObject({ problem: expect.stringContaining("At most") });
  });

  it("buys so many answers", () => {
    const tiers = [
      { id: "pro", name: "Pro", credits: 10 },
      { id: "max", name: "Max", credits: 15 },
    ] as const;
    expect(answersFor(20_000_000, tiers)).toBe("200 Pro answers or 133 Max answers");
  });
});

describe("an amount to be paid", () => {
  const limits = { available: 12_345_678, minimum: 1_000_000, leftToday: 2, perDay: 3 };

  it("is between the smallest payout and what is there", () => {
    expect(judgePayout(asField(limits.available), limits)).toEqual({ ok: true, micros: 12_345_678 });
    expect(judgePayout("12.345679", limits)).toMatchObject({
      problem: "You have $12.34 that can be paid out.",
    });
    expect(judgePayout("0.5", limits)).toMatchObject({ problem: "The smallest payout is $1.00." });
    expect(judgePayout("5", { ...limits, leftToday: 0 })).toMatchObject({ ok: false });
  });
});

describe("a deposit's way", () => {
  const deposit: Deposit = {
    txHash: "0x",
    amount: 1,
    state: "included",
    confirmations: 2,
    needed: 5,
    sentAt: "",
    creditedAt: null,
    url: null,
  };
  const states = (state: Deposit["state"]) => depositStages({ ...deposit, state }).map((one) => one.state);

  it("has one place for each state", () => {
    expect(states("sent")).toEqual(["done", "now", "ahead"]);
    expect(states("included")).toEqual(["done", "now", "ahead"]);
    expect(states("credited")).toEqual(["done", "done", "done"]);
    expect(states("failed")).toEqual(["done", "failed", "ahead"]);
    expect(states("lost")).toEqual(["done", "failed", "ahead"]);
    expect(depositStages(deposit)[1]?.note).toBe("2 of 5 confirmations");
  });
});

describe("escrow", () => {
  const trust = {
    trusted: false,
    proposed: false,
    paidJobs: 99,
    paidJobsNeeded: 100,
    days: 20,
    daysNeeded: 14,
  };

  it("says what is missing, and only that", () => {
    expect(escrowSentence({ trust })).toContain("after 1 more answer that was paid with bought credits.");
    expect(escrowSentence({ trust: { ...trust, days: 12 } })).toContain("credits, and 2 more days.");
    expect(escrowSentence({ trust: { ...trust, paidJobs: 100 } })).toContain("until staff release it.");
    expect(escrowSentence({ trust: { ...trust, proposed: true } })).toContain("You are proposed to them.");
    expect(escrowSentence({ trust: { ...trust, trusted: true } })).toContain("Staff release your escrow");
  });
});

it("names what was posted, and what it doesn't know by the server's word", () => {
  expect(kindName({ kind: "job", part: "credits", amount: -1 })).toBe("Answer");
  expect(kindName({ kind: "job", part: "escrow", amount: 1 })).toBe("Answer by your worker");
  expect(kindName({ kind: "something_new", part: "credits", amount: 1 })).toBe("Something new");
});
