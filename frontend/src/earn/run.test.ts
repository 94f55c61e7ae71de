import { beforeEach, describe, expect, it } from "vitest";
import { ApiError } from "../api/request";
import { FakeClock } from "../lib/fake-clock";
import { MemoryStorage } from "../lib/storage";
import { FakeEngine, tiny } from "./fake-engine";
import { badToken, FakeNetwork, job } from "./fake-network";
import type { Problem } from "./problems";
import { WorkerRun } from "./run";
import { makesSense, SELF_TEST_PROMPT } from "./self-test";
import type { EarnState } from "./state";
import type { WorkerIdentity } from "./worker-api";

let clock: FakeClock;
let network: FakeNetwork;
let engine: FakeEngine;
let storage: MemoryStorage;
let states: EarnState[];
let registered: string[];
let registerFaults: ApiError[];
let connected: WorkerIdentity[];
let closed: number;

beforeEach(() => {
  clock = new FakeClock();
  network = new FakeNetwork(clock);
  engine = new FakeEngine(clock);
  storage = new MemoryStorage();
  states = [];
  registered = [];
  registerFaults = [];
  connected = [];
  closed = 0;
});

function start(userId = "alice") {
  const [build] = tiny.builds;
  if (build === undefined) throw new Error("The model has a build.");
  const run = new WorkerRun(
    {
      model: tiny,
      build,
      host: "https://models.example/",
      minTokensPerSecond: 4,
      userId,
      api: {
        registerWorker: async (model) => {
          registered.push(model);
          const fault = registerFaults.shift();
          if (fault !== undefined) throw fault;
          return { workerId: `wrk_${registered.length}`, workerToken: `wt_${registered.length}` };
        },
        setWorkerPaused: async (id, paused) => {
          network.setPaused(paused);
          return { id, name: "", paused };
        },
      },
      report: (state) => states.push(state),
      answered: () => undefined,
    },
    {
      engine,
      clock,
      storage,
      connect: (identity) => {
        connected.push(identity);
        return network;
      },
      close: () => {
        closed += 1;
      },
    },
  );
  const ended: { problem: Problem | null }[] = [];
  void run.run().then((problem) => ended.push({ problem }));
  return { run, ended };
}

const phases = () => [...new Set(states.map(({ phase }) => phase))];

describe("a start", () => {
  it("loads, tests, registers and works", async () => {
    start();
    network.put(job("a"));
    await clock.advance(3_000);
    expect(phases()).toEqual(["preparing", "testing", "running"]);
    expect(engine.inputs[0]).toEqual({
      messages: [{ role: "user", content: SELF_TEST_PROMPT }],
      prefix: "",
      maxNewTokens: 32,
    });
    expect(registered).toEqual(["test/tiny"]);
    expect(network.completed.has("a")).toBe(true);
    expect(states.at(-1)).toMatchObject({
      phase: "running",
      workerId: "wrk_1",
      modelName: "Tiny",
      selfTestTokensPerSecond: 20,
    });
  });

  it("frees everything at the end", async () => {
    const { run, ended } = start();
    await clock.advance(1_000);
    run.stop();
    await clock.advance(0);
    expect(ended).toEqual([{ problem: null }]);
    expect([engine.loaded, closed, network.count("release")]).toEqual([false, 1, 1]);
  });

  it("can be stopped while it loads, and then asks nothing of the network", async () => {
    const { run, ended } = start();
    await clock.advance(50);
    run.stop();
    await clock.advance(0);
    expect(ended).toEqual([{ problem: null }]);
    expect([registered.length, network.calls.length]).toEqual([0, 0]);
  });

  it("tells why loading failed", async () => {
    engine.loadProblem = "disk-full";
    const { ended } = start();
    await clock.advance(200);
    expect(ended[0]?.problem?.kind).toBe("disk-full");
    expect(closed).toBe(1);
  });
});

describe("which worker it is", () => {
  it("is the same after a reload, with nothing held from before", async () => {
    const { run } = start();
    await clock.advance(1_000);
    run.stop();
    await clock.advance(0);
    start();
    await clock.advance(1_000);
    expect(registered).toHaveLength(1);
    expect(connected.map(({ workerId }) => workerId)).toEqual(["wrk_1", "wrk_1"]);
    expect(network.calls.some(({ what }) => JSON.stringify(what)?.includes('"jobs":[]'))).toBe(true);
  });

  it("is another for another person", async () => {
    const { run } = start("alice");
    await clock.advance(1_000);
    run.stop();
    await clock.advance(0);
    start("bob");
    await clock.advance(1_000);
    expect(registered).toHaveLength(2);
  });

  it("is a new one where the old one isn't known any more", async () => {
    const { run } = start();
    await clock.advance(1_000);
    run.stop();
    await clock.advance(0);
    network.fault("heartbeat", badToken());
    start();
    await clock.advance(1_000);
    expect(connected.map(({ workerId }) => workerId)).toEqual(["wrk_1", "wrk_1", "wrk_2"]);
    expect(states.at(-1)).toMatchObject({ phase: "running", workerId: "wrk_2" });
  });

  it("goes on where it was paused before", async () => {
    const { run } = start();
    await clock.advance(1_000);
    run.stop();
    await clock.advance(0);
    network.setPaused(true);
    start();
    await clock.advance(1_000);
    expect(network.paused).toBe(false);
  });

  it("isn't known when the network refuses one more", async () => {
    registerFaults.push(new ApiError("Too many.", { status: 409, code: "too_many_workers" }));
    const { ended } = start();
    await clock.advance(1_000);
    expect(ended[0]?.problem?.kind).toBe("too-many-workers");
  });

  it("is asked for again when the network is away for a moment", async () => {
    registerFaults.push(new ApiError("Away.", { status: 503, code: "unavailable" }));
    start();
    await clock.advance(3_000);
    expect(states.at(-1)?.phase).toBe("running");
  });
});

describe("the self-test", () => {
  it("keeps a slow tab from taking jobs, and says how slow", async () => {
    engine.msPerToken = 400;
    network.put(job("a"));
    const { ended } = start();
    await clock.advance(5_000);
    expect(ended[0]?.problem).toMatchObject({
      kind: "too-slow",
      what: "This tab makes 2.5 tokens a second, and an answer needs 4.",
      offerNative: true,
    });
    expect([registered.length, network.calls.length]).toEqual([0, 0]);
  });

  it("has an end where the answer has none", async () => {
    engine.prefillMs = 600_000;
    const { ended } = start();
    await clock.advance(61_000);
    expect(ended[0]?.problem?.kind).toBe("too-slow");
  });

  it.each([
    ["nothing", [""]],
    ["one token for ever", Array.from({ length: 32 }, () => "!")],
    ["one word for ever", Array.from({ length: 32 }, () => "the ")],
    ["no text", ["one ", "\uFFFD\uFFFD two", " three"]],
  ])("refuses a model that says %s", async (_what, pieces) => {
    engine.scripts = [{ pieces }];
    const { ended } = start();
    await clock.advance(5_000);
    expect(ended[0]?.problem?.kind).toBe("bad-output");
  });

  it("takes sense for sense", () => {
    expect(makesSense("one, two, three, four, five, six, seven", "stop")).toBe(true);
    expect(makesSense("five \u{1F600}\uFFFD", "length")).toBe(true);
    expect(makesSense("five \u{1F600}\uFFFD", "stop")).toBe(false);
  });

  it("notices when the device is lost meanwhile", async () => {
    engine.prefillMs = 5_000;
    const { ended } = start();
    await clock.advance(1_000);
    engine.lose();
    await clock.advance(0);
    expect(ended[0]?.problem?.kind).toBe("device-lost");
  });
});
