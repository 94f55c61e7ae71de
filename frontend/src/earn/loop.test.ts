import { beforeEach, describe, expect, it } from "vitest";
import { ApiError } from "../api/request";
import { FakeClock } from "../lib/fake-clock";
import { FakeEngine } from "./fake-engine";
import { FakeNetwork, job, unreachable } from "./fake-network";
import { type LoopState, WorkerLoop } from "./loop";
import type { Problem } from "./problems";

let clock: FakeClock;
let network: FakeNetwork;
let engine: FakeEngine;
let loop: WorkerLoop;
let states: LoopState[];
let told: boolean[];
let tellFaults: ApiError[];
let earned: number;
let revived: number;
/** Whether the network thought, while the engine was loaded anew, that this worker takes jobs. */
let liveMeanwhile: boolean;
let end: { problem: Problem | null } | null;

beforeEach(async () => {
  clock = new FakeClock();
  network = new FakeNetwork(clock);
  engine = new FakeEngine(clock);
  engine.loaded = true;
  states = [];
  told = [];
  tellFaults = [];
  earned = 0;
  revived = 0;
  end = null;
  loop = new WorkerLoop({
    api: network,
    engine,
    clock,
    maxNewTokens: 64,
    setPaused: async (paused) => {
      told.push(paused);
      const fault = tellFaults.shift();
      if (fault !== undefined) throw fault;
      network.setPaused(paused);
    },
    changed: (state) => states.push(state),
    revive: async () => {
      revived += 1;
      liveMeanwhile = network.live;
      engine.loaded = true;
    },
    earned: (micros) => {
      earned += micros;
    },
  });
  void loop.run().then((problem) => {
    end = { problem };
  });
  await clock.advance(0);
});

function activity() {
  return states.at(-1)?.activity;
}

const long = { pieces: Array.from({ length: 40 }, (_, i) => `w${i} `) };

describe("the loop", () => {
  it("serves one job after the other, one at a time", async () => {
    for (const id of ["a", "b", "c"]) network.put(job(id));
    await clock.advance(2_000);
    expect([...network.completed.keys()]).toEqual(["a", "b", "c"]);
    expect(earned).toBe(210_000);
    expect(activity()).toEqual({ type: "waiting" });
  });

  it("claims again without a pause after a claim that waited", async () => {
    await clock.advance(100_000);
    expect(network.calls.map(({ name, atMs }) => [name, atMs])).toEqual(
      [0, 25_000, 50_000, 75_000, 100_000].map((atMs) => ["claim", atMs]),
    );
  });

  it("leaves nothing behind of a claim whose answer was lost", async () => {
    network.fault("claim", "after");
    await clock.advance(25_000);
    network.fault("claim", "after");
    network.put(job("ghost"));
    await clock.advance(30_000);
    network.put(job("next"));
    await clock.advance(30_000);
    expect([...network.completed.keys()]).toEqual(["next"]);
    const named = network.calls.filter(({ name }) => name === "heartbeat").map(({ what }) => what);
    expect(JSON.stringify(named)).not.toContain("ghost");
  });

  it("keeps its distance while the network is away, and comes back", async () => {
    network.fault("claim", ...Array.from({ length: 6 }, () => unreachable()));
    loop.retry();
    await clock.advance(20_000);
    expect(network.count("claim")).toBeLessThan(8);
    await clock.advance(60_000);
    network.put(job("a"));
    await clock.advance(2_000);
    expect(network.completed.has("a")).toBe(true);
  });

  it("doesn't spin when claims are answered at once", async () => {
    const claim = network.claim.bind(network);
    network.claim = async (_waitMs, signal) => claim(0, signal);
    loop.retry();
    await clock.advance(10_000);
    expect(network.count("claim")).toBeLessThan(20);
  });
});

describe("pause", () => {
  it("calls a waiting claim off, tells the server, and ends with resume", async () => {
    loop.pause();
    await clock.advance(100);
    expect(activity()).toEqual({ type: "paused", finishing: false });
    expect(told).toEqual([true]);
    network.put(job("a"));
    await clock.advance(60_000);
    expect(network.count("claim")).toBe(1);
    loop.resume();
    await clock.advance(1_000);
    expect(told).toEqual([true, false]);
    expect(network.completed.has("a")).toBe(true);
    expect(activity()).toEqual({ type: "waiting" });
  });

  it("lets an answer be finished first", async () => {
    engine.scripts = [long];
    network.put(job("a"));
    await clock.advance(500);
    loop.pause();
    await clock.advance(100);
    expect(activity()).toEqual({ type: "paused", finishing: true });
    await clock.advance(5_000);
    expect(network.completed.get("a")?.text).toBe(long.pieces.join(""));
    expect(activity()).toEqual({ type: "paused", finishing: false });
    expect(network.count("claim")).toBe(1);
  });

  it("isn't undone by an older word that arrives late", async () => {
    tellFaults.push(unreachable(), unreachable());
    loop.pause();
    await clock.advance(10);
    loop.resume();
    await clock.advance(20_000);
    expect(told).toEqual([true, false, false]);
    expect(network.paused).toBe(false);
    expect(activity()).toEqual({ type: "waiting" });
  });

  it("is over on the server before anything is claimed", async () => {
    loop.pause();
    await clock.advance(10);
    tellFaults.push(unreachable());
    loop.resume();
    await clock.advance(500);
    expect(network.count("claim")).toBe(1);
    await clock.advance(2_000);
    expect(network.count("claim")).toBe(2);
    expect(activity()).toEqual({ type: "waiting" });
  });

  it("from another tab is shown, and ends when the claim works again", async () => {
    network.setPaused(true);
    await clock.advance(3_000);
    expect(activity()).toEqual({ type: "paused", finishing: false });
    await clock.advance(7_000);
    network.setPaused(false);
    network.put(job("a"));
    await clock.advance(6_000);
    expect(network.completed.has("a")).toBe(true);
    expect(activity()).toEqual({ type: "waiting" });
    expect(told).toEqual([]);
  });

  it("from another tab can be ended here", async () => {
    network.setPaused(true);
    await clock.advance(3_000);
    loop.resume();
    await clock.advance(1_000);
    expect(network.paused).toBe(false);
    expect(activity()).toEqual({ type: "waiting" });
  });

  it("that can't be ended because the session is over says so", async () => {
    loop.pause();
    await clock.advance(10);
    tellFaults.push(new ApiError("Sign in.", { status: 401, code: "not_signed_in" }));
    loop.resume();
    await clock.advance(100);
    expect(end?.problem?.kind).toBe("signed-out");
  });
});

describe("the end", () => {
  it("comes after the job, when that was asked", async () => {
    engine.scripts = [long];
    network.put(job("a"));
    network.put(job("b"));
    await clock.advance(500);
    loop.stopAfterJob();
    await clock.advance(100);
    expect(states.at(-1)).toMatchObject({ stopping: true, activity: { type: "generating" } });
    await clock.advance(5_000);
    expect(end).toEqual({ problem: null });
    expect([...network.completed.keys()]).toEqual(["a"]);
    expect(network.count("release")).toBe(1);
  });

  it("comes at once after the job when there is none", async () => {
    loop.stopAfterJob();
    await clock.advance(0);
    expect(end).toEqual({ problem: null });
  });

  it("hands on what was begun", async () => {
    engine.scripts = [long];
    network.put(job("a"));
    await clock.advance(500);
    loop.stop();
    await clock.advance(0);
    expect(end).toEqual({ problem: null });
    expect(network.handedOn).toMatchObject([{ id: "a" }]);
    expect(network.count("release")).toBe(1);
    expect(engine.generating).toBe(0);
  });

  it("comes when the device is lost, and the job is handed on", async () => {
    engine.scripts = [long];
    network.put(job("a"));
    await clock.advance(500);
    engine.lose();
    await clock.advance(0);
    expect(end?.problem).toMatchObject({ kind: "device-lost", retry: true });
    expect(network.handedOn).toMatchObject([{ id: "a", reason: "device-lost" }]);
  });

  it("comes when the device is lost while it waits", async () => {
    engine.lose();
    await clock.advance(0);
    expect(end?.problem?.kind).toBe("device-lost");
    expect(network.count("release")).toBe(1);
  });

  it("comes when the worker was removed", async () => {
    network.removed = true;
    loop.retry();
    await clock.advance(100);
    expect(end?.problem?.kind).toBe("removed");
  });
});

describe("an engine that breaks", () => {
  it("is loaded anew, and the next answer works", async () => {
    engine.scripts = [{ breaks: "generation-failed" }, { pieces: ["fine ", "now"] }];
    network.put(job("odd"));
    network.put(job("a"));
    await clock.advance(3_000);
    expect(revived).toBe(1);
    expect(liveMeanwhile).toBe(false);
    expect(network.handedOn).toMatchObject([{ id: "odd" }]);
    expect(network.completed.get("a")?.text).toBe("fine now");
    expect(end).toBeNull();
  });

  it("again and again ends the loop", async () => {
    engine.scripts = [{ breaks: "generation-failed" }];
    for (const id of ["a", "b", "c", "d"]) network.put(job(id));
    await clock.advance(5_000);
    expect(end?.problem?.kind).toBe("generation-failed");
    expect(network.handedOn).toHaveLength(3);
  });
});
