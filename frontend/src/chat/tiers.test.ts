import { describe, expect, it } from "vitest";
import { nowWords, shortWords, type TierLoad } from "./tiers";

const busy: TierLoad = { workers: 3, queued: 0, waitMs: 2_140 };
const deserted: TierLoad = { workers: 0, queued: 0, waitMs: 4_100 };

describe("the words about a tier", () => {
  it.each([
    [0, "within a second"],
    [999, "within a second"],
    [1_000, "in about 1 s"],
    [2_499, "in about 2 s"],
    [9_400, "in about 9 s"],
    [9_600, "in about 10 s"],
    [13_000, "in about 15 s"],
    [57_400, "in about 55 s"],
    [57_600, "in about a minute"],
    [200_000, "in about 3 minutes"],
    [null, "within seconds"],
  ])("round a wait of %s ms as a person would", (waitMs, words) => {
    expect(nowWords({ ...busy, waitMs })).toBe(`3 machines online: an answer begins ${words}.`);
  });

  it("promise no wait where nobody is there, whatever it was before they left", () => {
    expect(nowWords(deserted)).toBe("No volunteer online: the cloud begins at once.");
    expect(shortWords(deserted)).toBe("The cloud, at once");
  });

  it("don't promise it while messages wait for the cloud", () => {
    expect(nowWords({ ...deserted, queued: 7 })).toBe("No volunteer online: the cloud begins in about 4 s.");
    expect(shortWords({ ...deserted, queued: 7 })).toBe("The cloud, about 4 s");
  });

  it("say less on a button", () => {
    expect(shortWords(busy)).toBe("3 online, about 2 s");
    expect(shortWords({ ...busy, waitMs: 300 })).toBe("3 online, under a second");
    expect(shortWords({ ...busy, waitMs: null })).toBe("3 online");
  });
});
