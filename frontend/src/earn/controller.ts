/** Runs the Earn page: what can be pressed, and what follows from it. */
import type { EarnConfig } from "../api/types";
import type { WeightsOnDisk } from "../engine/engine";
import { boolean } from "../lib/decode";
import { assertNever } from "../lib/never";
import { type KeyValue, readStored, writeStored } from "../lib/storage";
import { Store } from "../lib/store";
import type { Session } from "../page/session";
import { type BackgroundNote, BackgroundWatch } from "./background";
import type { GpuLock, HeldLock } from "./gpu-lock";
import { type Problem, problem } from "./problems";
import { type ModelChoice, type Readiness, rememberChoice } from "./readiness";
import type { RunInput, WorkerRun } from "./run";
import type { EarnState } from "./state";

/** Kept while a tab of this browser works. A page that crashed, or was thrown out of memory, couldn't take it away. */
const WORKING_KEY = "ashao.earn.working";

export type Run = Pick<WorkerRun, keyof WorkerRun>;

export interface EarnDeps {
  config: Pick<EarnConfig["earn"], "modelHost" | "minTokensPerSecond">;
  api: RunInput["api"];
  session: Pick<Session, "store" | "me">;
  /** Asks what this browser can do; never fails. */
  look: () => Promise<Readiness>;
  /** The weights on the disk, and how to look at them: loaded when asked. */
  weights: () => Promise<WeightsOnDisk>;
  /** Loads the engine and all that works with it. */
  launch: (input: RunInput) => Promise<Run>;
  lock: GpuLock;
  storage: KeyValue;
  now: () => number;
  /** Figures on the server have changed. */
  answered: () => void;
}

/** From one press of Start to its end. */
interface Attempt {
  stop: AbortController;
  userId: string;
  run: Run | null;
}

export class EarnController {
  readonly state = new Store<EarnState>({ phase: "before", problem: null });
  readonly readiness = new Store<Readiness>({ phase: "asking" });
  /** Bytes of weights on this disk by model id; null until asked. */
  readonly disk = new Store<ReadonlyMap<string, number> | null>(null);
  readonly background: Store<BackgroundNote | null>;
  /** Answers since Start. */
  readonly answers = new Store(0);
  readonly #deps: EarnDeps;
  readonly #watch: BackgroundWatch;
  #attempt: Attempt | null = null;
  #noted = false;
  /** What was stopped frees the GPU before the next attempt takes it. */
  #former: Promise<void> = Promise.resolve();
  #looked: Promise<void> = Promise.resolve();

  constructor(deps: EarnDeps) {
    this.#deps = deps;
    this.#watch = new BackgroundWatch(deps.now);
    this.background = this.#watch.note;
    this.state.subscribe(() => this.#watch.observe(this.state.get()));
    this.state.subscribe(() => this.#note());
    deps.session.store.subscribe(() => this.#whoIsHere());
  }

  open(): void {
    this.#looked = this.#deps.look().then((readiness) => this.readiness.set(readiness));
    this.#former = this.#looked.then(() => this.#sayCutOff()).catch(() => undefined);
    void this.#measureDisk();
  }

  choose(modelId: string): void {
    const readiness = this.readiness.get();
    if (readiness.phase !== "usable") return;
    if (!readiness.choices.some(({ model, build }) => model.id === modelId && build !== null)) return;
    rememberChoice(this.#deps.storage, modelId);
    this.readiness.set({ ...readiness, chosenId: modelId });
  }

  /** Loads the engine and the model, tests it, registers, and works until stopped. Needs a signed-in person. */
  start(): void {
    this.#begin({ steal: false });
  }

  /** Takes the GPU over from the other tab. */
  takeOver(): void {
    this.#begin({ steal: true });
  }

  /** The answer that is being written is finished first. Also pauses it on the server. */
  pause(): void {
    this.#attempt?.run?.pause();
  }

  resume(): void {
    this.#attempt?.run?.resume();
  }

  /** Finishes the answer that is being written, then stops. */
  stopAfterJob(): void {
    const run = this.#attempt?.run;
    if (run && this.state.get().phase === "running") run.stopAfterJob();
    else this.stop();
  }

  /** Stops now; what was begun is handed on. Also ends loading. */
  stop(): void {
    this.#halt(null);
    if (this.state.get().phase === "elsewhere") this.state.set({ phase: "before", problem: null });
  }

  dismissBackground(): void {
    this.#watch.dismiss();
  }

  async freeDisk(modelId?: string): Promise<void> {
    const weights = await this.#deps.weights();
    await weights.remove(modelId);
    await this.#measureDisk();
  }

  /** The page is being closed, or put aside: what was begun is handed on at once. */
  leave(): void {
    this.#attempt?.run?.farewell();
    this.#halt(null);
  }

  visibilityChanged(hidden: boolean): void {
    this.#watch.visibilityChanged(hidden, this.state.get());
  }

  /** The browser says that it is online again. */
  online(): void {
    this.#attempt?.run?.retry();
  }

  /** The person changed one of their workers on the dashboard. */
  changedElsewhere(workerId: string, what: "paused" | "resumed" | "removed"): void {
    const state = this.state.get();
    if (state.phase === "running" && state.workerId === workerId) {
      this.#attempt?.run?.changedElsewhere(what);
    }
  }

  #begin(how: { steal: boolean }): void {
    if (this.#attempt !== null) return;
    const userId = this.#deps.session.me?.user?.id;
    if (userId === undefined) {
      this.state.set({ phase: "before", problem: problem("signed-out") });
      return;
    }
    const attempt: Attempt = { stop: new AbortController(), userId, run: null };
    this.#attempt = attempt;
    this.answers.set(0);
    const choice = chosen(this.readiness.get());
    if (choice !== null) this.#report(attempt, preparing(choice));
    this.#former = this.#former.then(() => this.#try(attempt, how)).catch(() => this.#fail(attempt));
  }

  async #try(attempt: Attempt, { steal }: { steal: boolean }): Promise<void> {
    await this.#looked;
    if (attempt.stop.signal.aborted) return;
    const readiness = this.readiness.get();
    const choice = chosen(readiness);
    if (choice === null) {
      this.#ended(attempt, readiness.phase === "unusable" ? readiness.problem : null);
      return;
    }
    this.#report(attempt, preparing(choice));
    const held = await this.#deps.lock.acquire({ steal });
    if (held === null) {
      this.#report(attempt, { phase: "elsewhere" });
      if (this.#attempt === attempt) this.#attempt = null;
      return;
    }
    try {
      this.#ended(attempt, await this.#run(attempt, choice, held));
    } finally {
      held.release();
    }
  }

  async #run(attempt: Attempt, { model, build }: Fitting, held: HeldLock): Promise<Problem | null> {
    const { config, api, launch } = this.#deps;
    const takenOver = () => {
      if (this.#attempt === attempt) this.#halt(problem("taken-over"));
    };
    held.stolen.addEventListener("abort", takenOver);
    const run = await launch({
      model,
      build,
      host: config.modelHost,
      minTokensPerSecond: config.minTokensPerSecond,
      userId: attempt.userId,
      api,
      report: (state) => this.#report(attempt, state),
      answered: () => this.#answered(attempt),
    });
    attempt.run = run;
    if (attempt.stop.signal.aborted) run.stop();
    return run.run();
  }

  /** The code behind Start couldn't be loaded: the connection is gone, or the site has changed meanwhile. */
  #fail(attempt: Attempt): void {
    this.#ended(attempt, problem("network"));
  }

  /** What was stopped may still have something to say, but nobody listens. */
  #report(attempt: Attempt, state: EarnState): void {
    if (this.#attempt !== attempt) return;
    const before = this.state.get().phase;
    this.state.set(state);
    if (before !== state.phase) void this.#measureDisk();
  }

  #answered(attempt: Attempt): void {
    if (this.#attempt === attempt) this.answers.set(this.answers.get() + 1);
    this.#watch.answered();
    this.#deps.answered();
  }

  #ended(attempt: Attempt, why: Problem | null): void {
    this.#report(attempt, { phase: "before", problem: why });
    if (this.#attempt === attempt) this.#attempt = null;
  }

  /** Stops at once. What frees the GPU and hands on goes on behind it. */
  #halt(why: Problem | null): void {
    const attempt = this.#attempt;
    if (attempt === null) return;
    this.#report(attempt, { phase: "before", problem: why });
    this.#attempt = null;
    attempt.stop.abort();
    attempt.run?.stop();
  }

  #whoIsHere(): void {
    const session = this.#deps.session.store.get();
    if (this.#attempt === null || session.phase !== "ready") return;
    if (session.me.user?.id !== this.#attempt.userId) this.#halt(problem("signed-out"));
  }

  #note(): void {
    const works = this.state.get().phase === "running";
    if (works === this.#noted) return;
    this.#noted = works;
    writeStored(this.#deps.storage, WORKING_KEY, works || null);
  }

  /** A worker whose page was ended from outside has said nothing: the next page does. */
  async #sayCutOff(): Promise<void> {
    const { storage, lock } = this.#deps;
    if (readStored(storage, WORKING_KEY, boolean) !== true) return;
    const held = await lock.acquire({ steal: false });
    if (held === null) return; // another tab works
    held.release();
    writeStored(storage, WORKING_KEY, null);
    const state = this.state.get();
    const untouched = this.#attempt === null && state.phase === "before" && state.problem === null;
    if (untouched && this.readiness.get().phase === "usable") {
      this.state.set({ phase: "before", problem: problem("cut-off") });
    }
  }

  async #measureDisk(): Promise<void> {
    try {
      const weights = await this.#deps.weights();
      this.disk.set(await weights.sizes());
    } catch {
      // A browser that refuses storage keeps nothing.
      this.disk.set(new Map());
    }
  }
}

type Fitting = ModelChoice & { build: NonNullable<ModelChoice["build"]> };

function preparing({ model }: Fitting): EarnState {
  return { phase: "preparing", modelName: model.name, progress: { phase: "checking" } };
}

function chosen(readiness: Readiness): Fitting | null {
  switch (readiness.phase) {
    case "asking":
    case "unusable":
      return null;
    case "usable": {
      const choice = readiness.choices.find(({ model }) => model.id === readiness.chosenId);
      return choice?.build ? { ...choice, build: choice.build } : null;
    }
    default:
      return assertNever(readiness);
  }
}
