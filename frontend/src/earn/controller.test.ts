import { beforeEach, describe, expect, it } from "vitest";
import type { Me } from "../api/types";
import type { Probe } from "../engine/engine";
import { settled } from "../lib/fake-clock";
import { MemoryStorage } from "../lib/storage";
import { Store } from "../lib/store";
import type { SessionState } from "../page/session";
import { EarnController, type Run } from "./controller";
import { tiny } from "./fake-engine";
import { FakeLocks, FakeRun } from "./fake-run";
import { browserLock, type GpuLock } from "./gpu-lock";
import { problem } from "./problems";
import { readinessOf } from "./readiness";
import type { RunInput } from "./run";

const usable: Probe = {
  type: "usable",
  adapter: {
    description: "",
    software: false,
    shaderF16: true,
    maxBufferBytes: 1e9,
    maxBindingBytes: 1e9,
    deviceMemoryBytes: null,
  },
};
const other = { ...tiny, id: "test/other", name: "Other" };
const huge = { ...tiny, id: "test/huge", name: "Huge" };

let session: { store: Store<SessionState>; me: Me | null };
let storage: MemoryStorage;
let runs: FakeRun[];

function signIn(userId: string | null): void {
  const user = userId === null ? null : { id: userId, wallet: "0x1" };
  session.me = { user, guest: null, credits: null, freeCredits: null, machines: { pro: 0, max: 0 } };
  session.store.set({ phase: "ready", me: session.me });
}

beforeEach(() => {
  session = { store: new Store<SessionState>({ phase: "loading" }), me: null };
  storage = new MemoryStorage();
  runs = [];
  signIn("alice");
});

interface Setting {
  probe?: Probe;
  allowSoftwareAdapter?: boolean;
  lock?: GpuLock;
  launch?: (input: RunInput) => Promise<Run>;
}

async function page(setting: Setting = {}): Promise<EarnController> {
  const { probe = usable, allowSoftwareAdapter = false } = setting;
  const config = {
    modelHost: "https://models.example/",
    models: [huge, tiny, other],
    minTokensPerSecond: 4,
    allowSoftwareAdapter,
    shareBps: 7_000,
    stakedShareBps: 8_000,
  };
  const launch = async (input: RunInput) => {
    const run = new FakeRun(input);
    runs.push(run);
    return run;
  };
  const controller = new EarnController({
    config,
    api: {
      registerWorker: async () => ({ workerId: "wrk_1", workerToken: "wt_1" }),
      setWorkerPaused: async (id, paused) => ({ id, name: "", paused }),
    },
    session,
    look: async () =>
      readinessOf(
        probe,
        config,
        (model) => {
          const [build = null] = model.id === huge.id ? [] : model.builds;
          return { build, why: build === null ? "Too large." : null };
        },
        storage,
      ),
    weights: async () => ({ sizes: async () => new Map([["test/tiny", 7]]), remove: async () => undefined }),
    launch: setting.launch ?? launch,
    lock: setting.lock ?? browserLock(new FakeLocks()),
    storage,
    now: () => 0,
    answered: () => undefined,
  });
  controller.open();
  await settled();
  return controller;
}

describe("a page that the browser ended", () => {
  const problemOf = (earn: EarnController) => {
    const state = earn.state.get();
    return state.phase === "before" ? state.problem?.kind : state.phase;
  };

  async function working(lock = browserLock(new FakeLocks())): Promise<EarnController> {
    const earn = await page({ lock });
    earn.start();
    await settled();
    runs.at(-1)?.works();
    return earn;
  }

  it("is told of by the next one, once", async () => {
    await working();
    expect(problemOf(await page())).toBe("cut-off");
    const third = await page();
    expect(problemOf(third)).toBeUndefined();
    third.start();
    await settled();
    expect(problemOf(third)).toBe("preparing");
  });

  it("isn't what happened where a worker was stopped, left, or works in another tab", async () => {
    (await working()).stop();
    expect(problemOf(await page())).toBeUndefined();
    (await working()).leave();
    expect(problemOf(await page())).toBeUndefined();
    const lock = browserLock(new FakeLocks());
    await working(lock);
    expect(problemOf(await page({ lock }))).toBeUndefined();
  });
});

describe("readiness", () => {
  it("recommends the first model that fits, and remembers a choice", async () => {
    const earn = await page();
    expect(earn.readiness.get()).toMatchObject({
      phase: "usable",
      chosenId: "test/tiny",
      choices: [
        { recommended: false, why: "Too large." },
        { recommended: true, why: null },
        { recommended: false, why: null },
      ],
    });
    earn.choose("test/huge");
    expect(earn.readiness.get()).toMatchObject({ chosenId: "test/tiny" });
    earn.choose("test/other");
    expect((await page()).readiness.get()).toMatchObject({ chosenId: "test/other" });
  });

  it("refuses a software adapter, unless the settings allow it", async () => {
    const probe: Probe = { ...usable, adapter: { ...usable.adapter, software: true } };
    const refused = await page({ probe });
    expect(refused.readiness.get()).toMatchObject({ problem: { kind: "software-adapter" } });
    const allowed = await page({ probe, allowSoftwareAdapter: true });
    expect(allowed.readiness.get().phase).toBe("usable");
  });

  it("loads nothing where there is no WebGPU, also when Start is pressed", async () => {
    const earn = await page({ probe: { type: "unusable", reason: "no-webgpu" } });
    earn.start();
    await settled();
    expect(earn.state.get()).toMatchObject({ phase: "before", problem: { kind: "no-webgpu" } });
    expect(runs).toHaveLength(0);
  });
});

describe("start and stop", () => {
  it("loads nothing before Start, and then what was chosen", async () => {
    const earn = await page();
    expect(runs).toHaveLength(0);
    earn.start();
    expect(earn.state.get()).toMatchObject({ phase: "preparing", modelName: "Tiny" });
    earn.start();
    await settled();
    expect(runs).toHaveLength(1);
    expect(runs[0]?.input).toMatchObject({ model: { id: "test/tiny" }, userId: "alice" });
    runs[0]?.works();
    expect(earn.state.get().phase).toBe("running");
    expect(earn.disk.get()?.get("test/tiny")).toBe(7);
  });

  it("needs somebody who is signed in", async () => {
    const earn = await page();
    signIn(null);
    earn.start();
    expect(earn.state.get()).toMatchObject({ problem: { kind: "signed-out" } });
  });

  it("says why a run ended", async () => {
    const earn = await page();
    earn.start();
    await settled();
    runs[0]?.end(problem("device-lost"));
    await settled();
    expect(earn.state.get()).toMatchObject({ phase: "before", problem: { kind: "device-lost" } });
    earn.start();
    await settled();
    expect(runs).toHaveLength(2);
  });

  it("says so when the code couldn't be loaded", async () => {
    const earn = await page({ launch: () => Promise.reject(new TypeError("Failed to fetch")) });
    earn.start();
    await settled();
    expect(earn.state.get()).toMatchObject({ phase: "before", problem: { kind: "network" } });
  });

  it("stops at once, and listens no more to what was stopped", async () => {
    const earn = await page();
    earn.start();
    await settled();
    runs[0]?.works();
    earn.stop();
    expect(earn.state.get()).toEqual({ phase: "before", problem: null });
    runs[0]?.works();
    expect(earn.state.get().phase).toBe("before");
    expect(runs[0]?.done).toEqual(["stop"]);
  });

  it("stops when the person signs out or is somebody else", async () => {
    const earn = await page();
    earn.start();
    await settled();
    runs[0]?.works();
    signIn("alice");
    expect(earn.state.get().phase).toBe("running");
    signIn(null);
    expect(earn.state.get()).toMatchObject({ problem: { kind: "signed-out" } });
    expect(runs[0]?.done).toEqual(["stop"]);
  });

  it("says goodbye when the page is closed", async () => {
    const earn = await page();
    earn.start();
    await settled();
    runs[0]?.works();
    earn.leave();
    expect(runs[0]?.done).toEqual(["farewell", "stop"]);
    expect(earn.state.get()).toEqual({ phase: "before", problem: null });
  });

  it("passes on what concerns the running worker only", async () => {
    const earn = await page();
    earn.start();
    await settled();
    runs[0]?.works();
    earn.pause();
    earn.resume();
    earn.stopAfterJob();
    earn.changedElsewhere("wrk_2", "paused");
    earn.changedElsewhere("wrk_1", "removed");
    expect(runs[0]?.done).toEqual(["pause", "resume", "stopAfterJob", "removed"]);
  });
});

describe("two tabs", () => {
  it("don't both work; the second may take over", async () => {
    const lock = browserLock(new FakeLocks());
    const [first, second] = [await page({ lock }), await page({ lock })];
    first.start();
    await settled();
    second.start();
    await settled();
    expect(second.state.get()).toEqual({ phase: "elsewhere" });
    expect(runs).toHaveLength(1);
    second.takeOver();
    await settled();
    expect(runs).toHaveLength(2);
    expect(runs[0]?.done).toEqual(["stop"]);
    expect(first.state.get()).toMatchObject({ phase: "before", problem: { kind: "taken-over" } });
    expect(second.state.get().phase).toBe("preparing");
  });

  it("take turns when the first stops", async () => {
    const lock = browserLock(new FakeLocks());
    const [first, second] = [await page({ lock }), await page({ lock })];
    first.start();
    await settled();
    first.stop();
    await settled();
    second.start();
    await settled();
    expect(second.state.get().phase).toBe("preparing");
  });
});
