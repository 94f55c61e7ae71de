import { beforeEach, describe, expect, it } from "vitest";
import { ApiError } from "../api/request";
import { FakeClock } from "../lib/fake-clock";
import { ANSWER_MAX_CHARS, CHUNK_MAX_CHARS, GATHER_MS } from "./chunks";
import { FakeEngine, words } from "./fake-engine";
import { FakeNetwork, job } from "./fake-network";
import { ENGINE_SOON_MS, HEARTBEAT_MS, type JobEnd, serveJob } from "./job";
import type { ClaimedJob } from "./worker-api";

let clock: FakeClock;
let network: FakeNetwork;
let engine: FakeEngine;
let stop: AbortController;
let progress: { tokens: number; tokensPerSecond: number | null }[];

beforeEach(() => {
  clock = new FakeClock();
  network = new FakeNetwork(clock);
  engine = new FakeEngine(clock);
  engine.loaded = true;
  stop = new AbortController();
  progress = [];
});

/** Claims and serves it; `end` is there once it has ended. */
async function serve(claimed: ClaimedJob) {
  network.put(claimed);
  await network.claim(0, new AbortController().signal);
  const run: { end: JobEnd | null } = { end: null };
  const deps = {
    api: network,
    engine,
    clock,
    maxNewTokens: 64,
    signal: stop.signal,
    progress: (tokens: number, tokensPerSecond: number | null) => progress.push({ tokens, tokensPerSecond }),
  };
  void serveJob(claimed, deps).then((end) => Object.assign(run, { end }));
  return run;
}

describe("an answer", () => {
  it("arrives whole and in order, and is completed with its tokens", async () => {
    engine.scripts = [{ pieces: words(20), finish: "length" }];
    const run = await serve(job("a"));
    await clock.advance(3_000);
    expect(run.end).toEqual({ type: "completed", earned: 70_000, tokens: 20 });
    const ending = { tokens: 20, finish: "length" };
    expect(network.completed.get("a")).toEqual({ text: words(20).join(""), thought: "", ending });
  });

  it("hands the engine the messages and the prefix, and goes on right after it", async () => {
    engine.scripts = [{ pieces: [" wide", " web"] }];
    const run = await serve(job("a", { prefix: "The world" }));
    await clock.advance(1_000);
    expect(engine.inputs).toEqual([
      { messages: [{ role: "user", content: "Hi" }], prefix: "The world", maxNewTokens: 64 },
    ]);
    expect(run.end?.type).toBe("completed");
    expect(network.completed.get("a")?.text).toBe("The world wide web");
  });

  it("is gathered: a fast engine makes no call for each token", async () => {
    engine.msPerToken = 2;
    engine.scripts = [{ pieces: words(500) }];
    await serve(job("a"));
    await clock.advance(3_000);
    expect(network.completed.get("a")?.text).toBe(words(500).join(""));
    expect(network.count("chunk")).toBeLessThanOrEqual(1_000 / GATHER_MS + 2);
    const chunks = network.calls.filter((call) => call.name === "chunk").slice(0, -1);
    const gaps = chunks.slice(1).map((call, i) => call.atMs - (chunks[i]?.atMs ?? 0));
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(GATHER_MS);
  });

  it("tells of its progress a few times a second only", async () => {
    engine.msPerToken = 2;
    engine.scripts = [{ pieces: words(500) }];
    await serve(job("a"));
    await clock.advance(3_000);
    expect(progress.length).toBeGreaterThan(3);
    expect(progress.length).toBeLessThanOrEqual(6);
    expect(progress.at(-1)?.tokensPerSecond).toBeCloseTo(500, 0);
  });

  it("is divided where it is too long for one chunk, never within a character", async () => {
    const text = `x${"\u{1F600}".repeat(CHUNK_MAX_CHARS)}`;
    engine.scripts = [{ pieces: [text] }];
    await serve(job("a"));
    await clock.advance(2_000);
    expect(network.completed.get("a")?.text).toBe(text);
    for (const { value } of network.sentChunks()) {
      expect(value.length).toBeLessThanOrEqual(CHUNK_MAX_CHARS);
      expect(encodeURIComponent(value)).not.toBe("");
    }
  });

  it("joins a character whose halves come apart, and drops what no database takes", async () => {
    engine.msPerToken = 200;
    engine.scripts = [{ pieces: ["a\uD83D", "\uDE00\0b", "\uD83D"] }];
    await serve(job("a"));
    await clock.advance(2_000);
    expect(network.completed.get("a")?.text).toBe("a\u{1F600}b\uFFFD");
  });

  it("keeps no more than the longest answer there may be", async () => {
    engine.scripts = [{ pieces: Array.from({ length: 20 }, () => "x".repeat(20_000)) }];
    await serve(job("a"));
    await clock.advance(10_000);
    expect(network.completed.get("a")?.text.length).toBe(ANSWER_MAX_CHARS);
  });
});

describe("what the model only thinks", () => {
  it("is sent as reasoning in the same order, and is no part of the answer", async () => {
    engine.scripts = [{ pieces: ["<thi", "nk>Let ", "me ", "see.</", "think>\n\n", "Yes", ", <b>."] }];
    const run = await serve(job("a"));
    await clock.advance(3_000);
    expect(run.end).toEqual({ type: "completed", earned: 70_000, tokens: 7 });
    expect(network.completed.get("a")).toMatchObject({ text: "Yes, <b>.", thought: "Let me see." });
    const chunks = network.calls.filter(({ name }) => name === "chunk").map(({ what }) => what);
    expect(chunks).toEqual(chunks.map((chunk, seq) => ({ ...(chunk as object), seq })));
  });

  it("is no answer by itself, however it ended", async () => {
    const finishes = ["stop", "length"] as const;
    for (const [at, finish] of finishes.entries()) {
      engine.scripts = [{ pieces: ["<think>", "It goes ", "on and on"], finish }];
      const run = await serve(job(`job ${at}`));
      await clock.advance(3_000);
      expect(run.end).toEqual({ type: "failed", problem: "generation-failed", broken: false });
      expect(network.handedOn.at(-1)).toEqual({
        id: `job ${at}`,
        text: "",
        reason: "only thoughts, no answer",
      });
    }
    expect(network.count("complete")).toBe(0);
  });

  it("adds nothing to what was said already", async () => {
    engine.scripts = [{ pieces: ["<think>", "Was that all?", "</think>", "\n\n"] }];
    const run = await serve(job("a", { prefix: "Well," }));
    await clock.advance(3_000);
    expect(run.end?.type).toBe("failed");
    expect(network.handedOn).toMatchObject([{ text: "Well,", reason: "only thoughts, no answer" }]);
  });
});

describe("a bad connection", () => {
  it("doubles no token, whether the call or its answer is lost", async () => {
    engine.scripts = [{ pieces: words(30) }];
    network.fault("chunk", "before", "after", "after", "before");
    network.fault("complete", "after", "before");
    const run = await serve(job("a"));
    await clock.advance(8_000);
    expect(run.end).toEqual({ type: "completed", earned: 70_000, tokens: 30 });
    expect(network.completed.get("a")?.text).toBe(words(30).join(""));
    expect(
      network
        .sentChunks()
        .slice(0, 5)
        .map(({ seq }) => seq),
    ).toEqual([0, 0, 0, 0, 0]);
  });

  it("waits as long as the server asks for", async () => {
    engine.scripts = [{ pieces: words(3) }];
    network.fault("chunk", new ApiError("Slow.", { status: 429, code: "rate_limited", retryAfterS: 3 }));
    await serve(job("a"));
    await clock.advance(6_000);
    const [first, second] = network.calls.filter((call) => call.name === "chunk");
    expect((second?.atMs ?? 0) - (first?.atMs ?? 0)).toBeGreaterThanOrEqual(3_000);
    expect(network.completed.has("a")).toBe(true);
  });

  it("ends in giving the job up when the lease must have run out", async () => {
    engine.scripts = [{ pieces: words(1_000) }];
    const run = await serve(job("a"));
    network.down = true;
    await clock.advance(12_000);
    expect(run.end).toBeNull();
    await clock.advance(6_000);
    expect(run.end).toEqual({ type: "lost" });
    expect(engine.generating).toBe(0);
    expect(network.count("complete")).toBe(0);
  });

  it("sends again what the server has lost", async () => {
    engine.scripts = [{ pieces: words(20) }];
    const run = await serve(job("a"));
    await clock.advance(500);
    const { held } = network;
    if (held === null) throw new Error("It should be held.");
    const kept = network
      .sentChunks()
      .slice(0, 2)
      .map(({ value }) => value);
    Object.assign(held, { seq: 2, text: kept.join("") });
    await clock.advance(3_000);
    expect(run.end?.type).toBe("completed");
    expect(network.completed.get("a")?.text).toBe(words(20).join(""));
  });
});

describe("the lease", () => {
  it("is lost: the job is dropped at once, and the engine stops", async () => {
    engine.scripts = [{ pieces: words(1_000) }];
    const run = await serve(job("a"));
    await clock.advance(500);
    network.revoke();
    await clock.advance(200);
    expect(run.end).toEqual({ type: "lost" });
    expect(engine.generating).toBe(0);
    expect([network.count("complete"), network.count("fail")]).toEqual([0, 0]);
  });

  it("is seen to be lost by a heartbeat while the model still reads", async () => {
    engine.prefillMs = 25_000;
    const run = await serve(job("a"));
    await clock.advance(1_000);
    network.revoke();
    await clock.advance(HEARTBEAT_MS);
    expect(run.end).toEqual({ type: "lost" });
    expect(engine.generating).toBe(0);
  });

  it("that was lost is told from a job that the person stopped while the model still reads", async () => {
    engine.prefillMs = 25_000;
    const run = await serve(job("a", { prefix: "So" }));
    await clock.advance(1_000);
    if (network.held) network.held.stopped = true;
    await clock.advance(HEARTBEAT_MS);
    expect(run.end).toEqual({ type: "completed", earned: 70_000, tokens: 0 });
  });

  it("is kept by heartbeats that name the job while a long prompt gives no token", async () => {
    engine.prefillMs = 25_000;
    const run = await serve(job("a"));
    await clock.advance(24_000);
    const beats = network.calls.filter((call) => call.name === "heartbeat");
    expect(beats.map(({ what }) => what)).toEqual(
      Array.from({ length: 6 }, () => ({ jobs: ["a"], tokensPerSecond: null })),
    );
    await clock.advance(3_000);
    expect(run.end?.type).toBe("completed");
    await clock.advance(20_000);
    expect(network.count("heartbeat")).toBe(6);
  });
});

describe("the person's stop", () => {
  it("stops the engine; what was said is completed", async () => {
    engine.scripts = [{ pieces: words(1_000) }];
    const run = await serve(job("a"));
    await clock.advance(600);
    if (network.held) network.held.stopped = true;
    await clock.advance(200);
    expect(run.end?.type).toBe("completed");
    expect(engine.generating).toBe(0);
    expect(network.completed.get("a")?.ending.finish).toBe("stop");
  });

  it("is heard from a heartbeat while the model reads, whatever the chunk under way does", async () => {
    engine.scripts = [{ pieces: ["w0 ", ...words(1)] }];
    engine.msPerToken = 3_000;
    const run = await serve(job("a"));
    network.fault("chunk", ...Array.from({ length: 40 }, () => "before" as const));
    await clock.advance(3_500);
    if (network.held) Object.assign(network.held, { stopped: true, text: "w0 " });
    await clock.advance(HEARTBEAT_MS);
    expect(run.end?.type).toBe("completed");
    expect(engine.generating).toBe(0);
  });
});

describe("an engine that doesn't end", () => {
  it("is not waited for by anybody, and is loaded anew at last", async () => {
    engine.generate = () => new Promise(() => undefined);
    const run = await serve(job("a"));
    await clock.advance(1_000);
    network.revoke();
    await clock.advance(HEARTBEAT_MS - 500);
    expect(network.live).toBe(true);
    await clock.advance(ENGINE_SOON_MS);
    expect(network.live).toBe(false);
    expect(run.end).toBeNull();
    await clock.advance(60_000);
    expect(run.end).toEqual({ type: "failed", problem: "runtime-failed", broken: true });
  });
});

describe("handing on", () => {
  it("happens at once when the device is lost, with what was sent", async () => {
    engine.scripts = [{ pieces: words(1_000) }];
    const run = await serve(job("a"));
    await clock.advance(500);
    engine.lose();
    await clock.advance(0);
    expect(run.end).toEqual({ type: "failed", problem: "device-lost", broken: true });
    expect(network.handedOn).toMatchObject([{ id: "a", reason: "device-lost" }]);
    expect(
      words(20)
        .join("")
        .startsWith(network.handedOn[0]?.text ?? "?"),
    ).toBe(true);
  });

  it("happens when the question is too long for the model, which isn't broken by that", async () => {
    engine.scripts = [{ breaks: "too-long" }];
    const run = await serve(job("a"));
    await clock.advance(3_000);
    expect(run.end).toEqual({ type: "lost" });
    expect(network.handedOn).toEqual([{ id: "a", text: "", reason: "too long for this model" }]);
  });

  it("happens when the engine breaks", async () => {
    engine.scripts = [{ pieces: words(3), breaks: "out-of-memory" }];
    const run = await serve(job("a"));
    await clock.advance(1_000);
    expect(run.end).toEqual({ type: "failed", problem: "out-of-memory", broken: true });
    expect(network.handedOn).toHaveLength(1);
  });

  it("happens when nothing was said", async () => {
    engine.scripts = [{ pieces: [] }];
    const run = await serve(job("a"));
    await clock.advance(1_000);
    expect(run.end).toEqual({ type: "failed", problem: "generation-failed", broken: false });
    expect(network.handedOn).toHaveLength(1);
    expect(network.count("complete")).toBe(0);
  });

  it("doesn't happen where the prefix was the whole answer", async () => {
    engine.scripts = [{ pieces: [] }];
    const run = await serve(job("a", { prefix: "Yes." }));
    await clock.advance(1_000);
    expect(run.end?.type).toBe("completed");
  });

  it("happens when the owner stops", async () => {
    engine.scripts = [{ pieces: words(1_000) }];
    const run = await serve(job("a"));
    await clock.advance(500);
    stop.abort();
    await clock.advance(0);
    expect(run.end).toEqual({ type: "stopped" });
    expect(network.handedOn).toHaveLength(1);
    expect(engine.generating).toBe(0);
  });
});
