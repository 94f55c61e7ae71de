import { describe, expect, it } from "vitest";
import type { Me } from "../../api/types";
import { standingOf, tell } from "./standing";

const pro = { id: "pro", name: "Pro", credits: 10 } as const;
const max = { id: "max", name: "Max", credits: 15 } as const;
const tiers = [pro, max];
const guest = (remaining: number): Me => ({
  user: null,
  guest: { remaining, limit: 5 },
  credits: null,
  freeCredits: null,
  machines: null,
});
const alice = (credits: number): Me => ({
  user: { id: "usr_1", wallet: "0x0" },
  guest: null,
  credits,
  freeCredits: null,
  machines: { pro: 0, max: 0 },
});

describe("standingOf", () => {
  it("says nothing before it knows who is here", () => {
    expect(standingOf(null, pro, tiers)).toEqual({ kind: "unknown" });
  });

  it("says the price beside the balance, to the last credit", () => {
    const text = "Costs 15 of your 1,500 credits.";
    expect(standingOf(alice(1_500), max, tiers)).toEqual({ kind: "fine", who: "person", text });
    expect(standingOf(alice(15), max, tiers).kind).toBe("fine");
  });

  it.each([
    [14, max, "use-cheaper-tier"],
    [9, max, "top-up"],
    [9, pro, "top-up"],
  ])("with %i credits offers, before %o is sent, to %s", (credits, tier, action) => {
    const standing = standingOf(alice(credits), tier, tiers);
    expect(standing).toMatchObject({ kind: "short", who: "person", problem: { action } });
  });

  it("counts a guest's free messages, and asks to sign in after them", () => {
    const text = "1 free message left for Pro or Max. No account needed.";
    expect(standingOf(guest(1), max, tiers)).toEqual({ kind: "fine", who: "guest", text });
    expect(standingOf(guest(0), max, tiers)).toMatchObject({ kind: "short", problem: { action: "sign-in" } });
  });
});

describe("what a screen reader is told of the balance", () => {
  const first = tell({ credits: null, words: "" }, 500, false);

  it("is nothing at the start", () => {
    expect(first).toEqual({ credits: 500, words: "" });
  });

  it("waits until the answer is over, and comes once", () => {
    const during = tell(first, 490, true);
    expect(during).toBe(first);
    const after = tell(during, 490, false);
    expect(after.words).toBe("490 credits left.");
    expect(tell(after, 490, false)).toBe(after);
  });

  it("is nothing where what was held came back meanwhile, or somebody signed out", () => {
    expect(tell(tell(first, 490, true), 500, false).words).toBe("");
    expect(tell(first, null, false)).toEqual({ credits: null, words: "" });
  });
});

it.each([
  [{ state: "waiting", reason: "address" }, /^Today’s free credits for your network are given out/],
  [{ state: "waiting", reason: "day" }, /^Today’s free credits are all given out/],
  [{ state: "waiting", reason: "budget" }, /^There are no free credits/],
  [{ state: "given", reason: "" }, /^You have 0 credits/],
  [{ state: "returned", reason: "" }, /^You have 0 credits/],
] as const)("says why the free credits of %o are not there", (freeCredits, text) => {
  const standing = standingOf({ ...alice(0), freeCredits }, pro, tiers);
  expect(standing.kind === "short" && standing.problem.text).toMatch(text);
});
