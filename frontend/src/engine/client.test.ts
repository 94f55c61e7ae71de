import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createEngine } from "./client";
import type { Engine, LoadInput, LoadProgress } from "./engine";
import type { Command, EngineEvent } from "./protocol";

/** A worker that answers what the test tells it to. */
class FakeWorker extends EventTarget {
  static made: FakeWorker[] = [];
  readonly commands: Command[] = [];
  ended = false;

  constructor() {
    super();
    FakeWorker.made.push(this);
  }

  postMessage(command: Command): void {
    this.commands.push(command);
  }

  terminate(): void {
    this.ended = true;
  }

  tell(event: EngineEvent): void {
    if (!this.ended) this.dispatchEvent(new MessageEvent("message", { data: event }));
  }

  get lastId(): number {
    return this.commands.at(-1)?.id ?? 0;
  }
}

const build = {
  dtype: "q4" as const,
  files: ["config.json"],
  downloadBytes: 1,
  memoryBytes: 1,
  largestBufferBytes: 1,
};
const names = { id: "alice/small", name: "Small", about: "", revision: "main", license: "MIT" };
const input: LoadInput = {
  model: { ...names, contextTokens: 100, maxNewTokens: 10, builds: [build] },
  build,
  host: "https://models.example/",
};
const question = { messages: [{ role: "user" as const, content: "Hello!" }], prefix: "", maxNewTokens: 5 };
const generated = { tokens: 2, finish: "stop" as const, firstTokenMs: 1, tokensPerSecond: 20 };

let engine: Engine;
let stop: AbortController;

beforeEach(() => {
  vi.useFakeTimers();
  FakeWorker.made = [];
  vi.stubGlobal("Worker", FakeWorker);
  vi.stubGlobal("navigator", {});
  engine = createEngine();
  stop = new AbortController();
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

function newest(): FakeWorker {
  const worker = FakeWorker.made.at(-1);
  if (worker === undefined) throw new Error("no worker was made");
  return worker;
}

const settled = () => vi.advanceTimersByTimeAsync(0);
const ignore = () => undefined;

async function loaded(): Promise<FakeWorker> {
  const loading = engine.load(input, ignore, stop.signal);
  await settled();
  const worker = newest();
  worker.tell({ type: "loaded", id: worker.lastId, loaded: { fromCache: true, totalBytes: 1 } });
  await loading;
  return worker;
}

describe("loading", () => {
  it("makes a worker then and not before, and hands its progress on", async () => {
    expect(FakeWorker.made).toHaveLength(0);
    const seen: LoadProgress[] = [];
    const loading = engine.load(input, (progress) => seen.push(progress), stop.signal);
    await settled();
    const worker = newest();
    expect(worker.commands).toEqual([{ type: "load", id: worker.lastId, input }]);
    worker.tell({ type: "progress", id: worker.lastId, progress: { phase: "checking" } });
    worker.tell({ type: "loaded", id: worker.lastId, loaded: { fromCache: false, totalBytes: 7 } });
    expect(await loading).toEqual({ fromCache: false, totalBytes: 7 });
    expect(seen).toEqual([{ phase: "checking" }]);
  });

  it("rejects with the worker's problem, and ends it", async () => {
    const loading = engine.load(input, ignore, stop.signal);
    await settled();
    newest().tell({ type: "failed", id: newest().lastId, problem: "disk-full", message: "Full." });
    await expect(loading).rejects.toMatchObject({ problem: "disk-full", message: "Full." });
    expect(newest().ended).toBe(true);
  });

  it.each(["error", "messageerror"])("rejects when the worker breaks: %s", async (name) => {
    const loading = engine.load(input, ignore, stop.signal);
    await settled();
    newest().dispatchEvent(new Event(name));
    await expect(loading).rejects.toMatchObject({ problem: "runtime-failed" });
    expect(newest().ended).toBe(true);
  });

  it("is given up when the worker is silent, later while it compiles", async () => {
    const loading = engine.load(input, ignore, stop.signal);
    const failed = expect(loading).rejects.toMatchObject({ problem: "runtime-failed" });
    await vi.advanceTimersByTimeAsync(100_000);
    const worker = newest();
    worker.tell({ type: "progress", id: worker.lastId, progress: { phase: "compiling", fromCache: true } });
    await vi.advanceTimersByTimeAsync(299_000);
    expect(worker.ended).toBe(false);
    await vi.advanceTimersByTimeAsync(1_000);
    await failed;
    expect(worker.ended).toBe(true);
  });

  it("when stopped tells the worker, and ends it when it doesn't listen", async () => {
    const failed = expect(engine.load(input, ignore, stop.signal)).rejects.toMatchObject({
      problem: "aborted",
    });
    await settled();
    const { lastId: id } = newest();
    stop.abort();
    expect(newest().commands.at(-1)).toEqual({ type: "abort", id });
    await vi.advanceTimersByTimeAsync(250);
    await failed;
    expect(newest().ended).toBe(true);
  });

  it("stopped before it began makes no worker", async () => {
    stop.abort();
    await expect(engine.load(input, ignore, stop.signal)).rejects.toMatchObject({ problem: "aborted" });
    expect(FakeWorker.made).toHaveLength(0);
  });
});

describe("generating", () => {
  it("needs a model", async () => {
    const failed = engine.generate(question, ignore, stop.signal);
    await expect(failed).rejects.toMatchObject({ problem: "generation-failed" });
  });

  it("hands pieces on, and is free for the next afterwards", async () => {
    const worker = await loaded();
    for (const _round of [1, 2]) {
      const pieces: [string, number][] = [];
      const answer = engine.generate(question, (...piece) => pieces.push(piece), stop.signal);
      worker.tell({ type: "text", id: worker.lastId, text: "Hi", tokens: 1 });
      worker.tell({ type: "text", id: worker.lastId - 1, text: "of another", tokens: 9 });
      worker.tell({ type: "generated", id: worker.lastId, generated });
      expect(await answer).toEqual(generated);
      expect(pieces).toEqual([["Hi", 1]]);
    }
    expect(worker.ended).toBe(false);
  });

  it("takes one at a time, and leaves the first alone", async () => {
    const worker = await loaded();
    const answer = engine.generate(question, ignore, stop.signal);
    await expect(engine.generate(question, ignore, stop.signal)).rejects.toMatchObject({
      problem: "generation-failed",
    });
    worker.tell({ type: "generated", id: worker.lastId, generated });
    expect(await answer).toEqual(generated);
  });

  it("when stopped ends as the worker says", async () => {
    const worker = await loaded();
    const answer = engine.generate(question, ignore, stop.signal);
    const { lastId: id } = worker;
    stop.abort();
    expect(worker.commands.at(-1)).toEqual({ type: "abort", id });
    worker.tell({ type: "generated", id, generated: { ...generated, finish: "aborted" } });
    expect(await answer).toMatchObject({ finish: "aborted" });
    expect(worker.ended).toBe(false);
  });

  it("fails when no token comes, and the model is gone", async () => {
    const worker = await loaded();
    const failed = expect(engine.generate(question, ignore, stop.signal)).rejects.toMatchObject({
      problem: "generation-failed",
    });
    await vi.advanceTimersByTimeAsync(60_000);
    await failed;
    expect(worker.ended).toBe(true);
  });
});

describe("a lost device", () => {
  it("is told once, and ends what runs", async () => {
    const messages: string[] = [];
    engine.onLost((message) => messages.push(message));
    const worker = await loaded();
    const answer = engine.generate(question, ignore, stop.signal);
    const failed = expect(answer).rejects.toMatchObject({ problem: "device-lost" });
    worker.tell({ type: "lost", message: "The driver was reset." });
    worker.tell({ type: "lost", message: "The driver was reset." });
    await failed;
    expect(messages).toEqual(["The driver was reset."]);
    expect(worker.ended).toBe(true);
  });

  it.each(["error", "messageerror"])(
    "is told of as well as an engine that breaks while it waits: %s",
    async (name) => {
      const messages: string[] = [];
      engine.onLost((message) => messages.push(message));
      (await loaded()).dispatchEvent(new Event(name));
      expect(messages).toEqual(["The engine stopped working."]);
      await expect(engine.generate(question, ignore, stop.signal)).rejects.toThrow("No model is loaded.");
    },
  );

  it("isn't told to those who no longer listen", async () => {
    const messages: string[] = [];
    engine.onLost((message) => messages.push(message))();
    (await loaded()).tell({ type: "lost", message: "x" });
    expect(messages).toEqual([]);
  });
});

describe("unloading", () => {
  it("lets the worker free the GPU, then ends it", async () => {
    const worker = await loaded();
    const unloaded = engine.unload();
    expect(worker.commands.at(-1)?.type).toBe("unload");
    worker.tell({ type: "unloaded", id: worker.lastId });
    await unloaded;
    expect(worker.ended).toBe(true);
  });

  it("doesn't wait for one that hangs", async () => {
    const worker = await loaded();
    const unloaded = engine.unload();
    await vi.advanceTimersByTimeAsync(3_000);
    await unloaded;
    expect(worker.ended).toBe(true);
  });

  it("ends what runs at once", async () => {
    const worker = await loaded();
    const failed = expect(engine.generate(question, ignore, stop.signal)).rejects.toMatchObject({
      problem: "aborted",
    });
    await engine.unload();
    await failed;
    expect(worker.ended).toBe(true);
  });

  it("comes before the next model", async () => {
    const first = await loaded();
    const loading = engine.load(input, ignore, stop.signal);
    first.tell({ type: "unloaded", id: first.lastId });
    await settled();
    expect(first.ended).toBe(true);
    const second = newest();
    expect(second).not.toBe(first);
    second.tell({ type: "loaded", id: second.lastId, loaded: { fromCache: true, totalBytes: 1 } });
    await loading;
  });
});
