import { describe, expect, it } from "vitest";
import type { Network } from "../../api/types";
import { cloudWords, nowWords, presenceWords, servedBy, shortWords, type TierLoad } from "./tiers";

const busy: TierLoad = { workers: 3, queued: 0, waitMs: 2_140, cloud: "provider" };
const deserted: TierLoad = { workers: 0, queued: 0, waitMs: 4_100, cloud: "provider" };

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

  it.each([
    ["provider", /^No volunteer online: the cloud begins at once/, "The cloud, at once", /the cloud answers/],
    ["simulated", /prepared text, not a model’s, begins at once/, "Simulated, free", /prepared text .* free/],
    ["none", /nobody would answer now/, "Nobody online", /nobody answers: a message fails/],
  ] as const)("promise only what comes where the cloud is %s", (cloud, now, short, note) => {
    const load: TierLoad = { ...deserted, cloud };
    expect(nowWords(load)).toMatch(now);
    expect(shortWords(load)).toBe(short);
    expect(cloudWords(load)).toMatch(note);
    expect(nowWords({ ...busy, cloud })).toMatch(/^3 machines online/);
    expect(servedBy("max", load)).toBe(
      cloud === "provider" ? "Native machines and the cloud" : "Native machines",
    );
    const network: Network = {
      workers: 0,
      tiers: { pro: load, max: load },
      jobsPerMinute: 0,
      tokensPerMinute: 0,
    };
    expect(presenceWords(network).includes("the cloud answers")).toBe(cloud === "provider");
    expect(presenceWords({ ...network, workers: 2 })).toBe("2 machines online.");
  });

  it("say less on a button", () => {
    expect(shortWords(busy)).toBe("3 online, about 2 s");
    expect(shortWords({ ...busy, waitMs: 300 })).toBe("3 online, under a second");
    expect(shortWords({ ...busy, waitMs: null })).toBe("3 online");
  });
});
