/** One run of a worker, from Start to its end: load, self-test, register, work, unload. */
import type { Api } from "../api/api";
import { type Engine, EngineError, type LoadProgress, type Model, type ModelBuild } from "../engine/engine";
import { type Clock, gate } from "../lib/clock";
import type { KeyValue } from "../lib/storage";
import { enlist } from "./enlist";
import { IdentityStore } from "./identity";
import { type LoopState, WorkerLoop } from "./loop";
import { networkProblem, type Problem, problem } from "./problems";
import { selfTest } from "./self-test";
import type { EarnState, Running } from "./state";
import type { WorkerApi, WorkerIdentity } from "./worker-api";

const PROGRESS_MS = 200;

/** What was chosen, and who is told. */
export interface RunInput {
  model: Model;
  build: ModelBuild;
  host: string;
  minTokensPerSecond: number;
  userId: string;
  api: Pick<Api, "registerWorker" | "setWorkerPaused">;
  report: (state: EarnState) => void;
  /** An answer was completed, and earned so many µUSDC. */
  answered: (micros: number) => void;
}

/** What it runs on. */
export interface RunPlatform {
  engine: Engine;
  clock: Clock;
  storage: KeyValue;
  connect: (identity: WorkerIdentity, reached: (online: boolean) => void) => WorkerApi;
  /** Called once, when all is over. */
  close: () => void;
}

export class WorkerRun {
  readonly #input: RunInput;
  readonly #platform: RunPlatform;
  readonly #stop = new AbortController();
  #api: WorkerApi | null = null;
  #loop: WorkerLoop | null = null;
  #running: Running | null = null;
  #online = true;

  constructor(input: RunInput, platform: RunPlatform) {
    this.#input = input;
    this.#platform = platform;
  }

  /** Ends with why it couldn't go on, or null where it was asked to end. Never fails. */
  async run(): Promise<Problem | null> {
    const { engine, close } = this.#platform;
    try {
      return await this.#run();
    } catch (error) {
      if (this.#stop.signal.aborted) return null;
      if (!(error instanceof EngineError)) return networkProblem(error);
      if (error.problem === "aborted") return null;
      return problem(error.problem === "too-long" ? "generation-failed" : error.problem);
    } finally {
      await engine.unload().catch(() => undefined);
      close();
    }
  }

  pause(): void {
    this.#loop?.pause();
  }

  resume(): void {
    this.#loop?.resume();
  }

  stopAfterJob(): void {
    if (this.#loop === null) this.stop();
    else this.#loop.stopAfterJob();
  }

  stop(): void {
    this.#stop.abort();
    this.#loop?.stop();
  }

  /** The page is being closed: what was begun is handed on at once. */
  farewell(): void {
    this.#api?.farewell();
  }

  /** The connection may be back: no need to wait out the pause between two tries. */
  retry(): void {
    if (!this.#online) this.#loop?.retry();
  }

  /** This worker was paused or removed on the dashboard. */
  changedElsewhere(what: "paused" | "resumed" | "removed"): void {
    if (what === "removed") this.#loop?.retry();
    else this.#loop?.pausedElsewhere(what === "paused");
  }

  async #run(): Promise<Problem | null> {
    const { report, model, minTokensPerSecond } = this.#input;
    const { engine, clock } = this.#platform;
    const { signal } = this.#stop;
    await this.#load(report);
    report({ phase: "testing", modelName: model.name });
    const test = await untilLost(engine, selfTest(engine, minTokensPerSecond, { clock, signal }));
    if (test.type === "failed") return test.problem;
    return this.#work(test.tokensPerSecond);
  }

  async #load(report: RunInput["report"]): Promise<void> {
    const { model, build, host } = this.#input;
    const { engine, clock } = this.#platform;
    const due = gate(clock, PROGRESS_MS);
    let phase = "";
    const progress = (progress: LoadProgress) => {
      const news = progress.phase !== phase;
      phase = progress.phase;
      if (due() || news) report({ phase: "preparing", modelName: model.name, progress });
    };
    progress({ phase: "checking" });
    await engine.load({ model, build, host }, progress, this.#stop.signal);
  }

  async #work(selfTestTokensPerSecond: number): Promise<Problem | null> {
    const { model, userId, api, answered } = this.#input;
    const { engine, clock, storage, connect } = this.#platform;
    const { signal } = this.#stop;
    const enlisted = await enlist({
      api,
      connect: (identity) => connect(identity, (online) => this.#reached(online)),
      identity: new IdentityStore(storage, userId, model.id),
      modelId: model.id,
      clock,
      signal,
    });
    this.#api = enlisted.api;
    this.#running = {
      phase: "running",
      workerId: enlisted.workerId,
      modelName: model.name,
      activity: { type: "waiting" },
      online: true,
      stopping: false,
      selfTestTokensPerSecond,
    };
    this.#loop = new WorkerLoop({
      api: enlisted.api,
      engine,
      clock,
      maxNewTokens: model.maxNewTokens,
      setPaused: (paused) => api.setWorkerPaused(enlisted.workerId, paused),
      changed: (state) => this.#changed(state),
      revive: () => this.#load(() => undefined),
      earned: answered,
    });
    if (signal.aborted) this.#loop.stop();
    else
      void enlisted.api
        .heartbeat({ jobs: [], tokensPerSecond: selfTestTokensPerSecond })
        .catch(() => undefined);
    return this.#loop.run();
  }

  #reached(online: boolean): void {
    if (online === this.#online) return;
    this.#online = online;
    this.#changed({});
  }

  #changed(change: Partial<LoopState>): void {
    if (this.#running === null) return;
    this.#running = { ...this.#running, ...change, online: this.#online };
    this.#input.report(this.#running);
  }
}

/** Also ends when the device is lost under it, in case the engine itself never hears back. */
async function untilLost<T>(engine: Pick<Engine, "onLost">, work: Promise<T>): Promise<T> {
  let stopListening: () => void = () => undefined;
  const lost = new Promise<never>((_resolve, reject) => {
    stopListening = engine.onLost((message) => reject(new EngineError("device-lost", message)));
  });
  try {
    return await Promise.race([work, lost]);
  } finally {
    stopListening();
  }
}
