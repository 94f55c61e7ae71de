import { describe, expect, it } from "vitest";
import { ApiError } from "../../api/request";
import { type Circumstances, problemOf } from "./problems";

const pro = { id: "pro", name: "Pro", credits: 10 } as const;
const max = { id: "max", name: "Max", credits: 15 } as const;
const alice: Circumstances = { signedIn: true, credits: 12, tier: max, tiers: [pro, max] };
const guest: Circumstances = { ...alice, signedIn: false, credits: null };

function failure(status: number, retryAfterS: number | null = null, code = "code"): ApiError {
  return new ApiError("The server's own sentence.", { status, code, retryAfterS });
}

describe("problemOf", () => {
  it("offers the tier that the balance still pays for", () => {
    expect(problemOf(failure(402), alice)).toEqual({
      text: "You have 12 credits; an answer from Max costs 15. Pro costs 10.",
      action: "use-cheaper-tier",
    });
  });

  it("offers nothing cheaper where nothing is", () => {
    const problem = problemOf(failure(402), { ...alice, credits: 3, tier: pro });
    expect(problem).toEqual({
      text: "You have 3 credits; an answer from Pro costs 10.",
      action: "top-up",
    });
  });

  it.each([401, 402])("asks a guest to sign in on %i", (status) => {
    expect(problemOf(failure(status), guest).action).toBe("sign-in");
  });

  it.each([
    [1, "Try again in 1 second."],
    [30, "Try again in 30 seconds."],
    [600, "Try again in about 10 minutes."],
    [86_400, "Try again in about 24 hours."],
    [null, "Wait a moment, then send it again."],
  ])("says when to come back after %s s", (retryAfterS, sentence) => {
    expect(problemOf(failure(429, retryAfterS), alice).text).toContain(sentence);
  });

  it("tells a guest whose messages are used up that signing in helps, not waiting", () => {
    const { text, action } = problemOf(failure(429, 40_000, "guest_limit"), guest);
    expect(text).toContain("used up");
    expect(action).toBe("sign-in");
  });

  it("words what the API says by its code, and passes none of its sentences on", () => {
    for (const status of [0, 400, 403, 404, 409, 500, 503])
      for (const code of ["code", "too_long", "csrf_failed", "cookies_blocked", "unavailable"])
        expect(problemOf(failure(status, null, code), alice).text).not.toContain("own sentence");
    expect(problemOf(failure(403, null, "cookies_blocked"), guest).text).toContain("blocks cookies");
    expect(problemOf(failure(400, null, "too_long"), alice).text).toContain("too long");
  });
});
