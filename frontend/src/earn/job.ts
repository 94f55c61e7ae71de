/** One job, from the claim to its end. All state of it lives in one object, which nothing outlives. */
import { ApiError } from "../api/request";
import {
  type Engine,
  EngineError,
  type EngineProblem,
  type Generated,
  type GenerateInput,
} from "../engine/engine";
import { type Clock, gate } from "../lib/clock";
import { assertNever } from "../lib/never";
import { ChunkSender } from "./chunks";
import { insist, Lease, LeaseLost } from "./lease";
import { type Piece, ThinkFilter } from "./thinking";
import type { ClaimedJob, Ending, WorkerApi } from "./worker-api";

export const HEARTBEAT_MS = 4_000;
/** How often the page is told how far the answer is. */
export const PROGRESS_MS = 200;
/** An engine that was told to end ends between two tokens; one that doesn't within so long could take no job. */
export const ENGINE_SOON_MS = 1_000;
/** One that doesn't within this time won't. */
const ENGINE_END_MS = 40_000;

/** What is too long for the model is nobody's fault: it is handed on. */
type JobProblem = Exclude<EngineProblem, "too-long">;

export type JobEnd =
  | { type: "completed"; earned: number; tokens: number }
  /** It is somebody else's, or over. */
  | { type: "lost" }
  /** We couldn't, and handed it on. `broken`: the engine must be loaded anew before it is asked again. */
  | { type: "failed"; problem: JobProblem; broken: boolean }
  /** The owner stopped, and it was handed on. */
  | { type: "stopped" };

export interface JobDeps {
  api: WorkerApi;
  engine: Pick<Engine, "generate" | "onLost">;
  clock: Clock;
  maxNewTokens: number;
  /** The owner's stop. */
  signal: AbortSignal;
  progress: (tokens: number, tokensPerSecond: number | null) => void;
}

/** Why the answer goes no further. */
type Turn =
  | { type: "said"; generated: Generated }
  | { type: "enough" }
  | { type: "lost" }
  | { type: "refused" }
  | { type: "too-long" }
  | { type: "broken"; problem: JobProblem }
  | { type: "stopped" };

export function serveJob(job: ClaimedJob, deps: JobDeps): Promise<JobEnd> {
  return new JobRun(job, deps).run();
}

class JobRun {
  readonly #job: ClaimedJob;
  readonly #deps: JobDeps;
  readonly #lease: Lease;
  readonly #sender: ChunkSender;
  /** Ends the engine. */
  readonly #halt = new AbortController();
  /** Ends all calls of this job. */
  readonly #over = new AbortController();
  readonly #due: () => boolean;
  readonly #thinking = new ThinkFilter();
  /** The person's stop, heard from a heartbeat. */
  readonly #stopped = new AbortController();
  #tokens = 0;
  #thought = false;
  /** Whether there is anything of the answer that can be seen. */
  #answered = false;
  #firstAtMs = 0;
  #tokensPerSecond: number | null = null;

  constructor(job: ClaimedJob, deps: JobDeps) {
    this.#job = job;
    this.#deps = deps;
    this.#lease = new Lease(job.lease.ms, deps.clock);
    this.#due = gate(deps.clock, PROGRESS_MS);
    this.#sender = new ChunkSender({ ...deps, job, lease: this.#lease, signal: this.#over.signal });
  }

  async run(): Promise<JobEnd> {
    const { result, free } = this.#generate();
    const chunks = this.#send();
    const said = result.then(async (turn) => (turn.type === "said" ? ((await chunks) ?? turn) : turn));
    const early = chunks.then((turn) => turn ?? said);
    void this.#beat();
    const turn = await Promise.race([said, early, this.#told()]);
    this.#halt.abort();
    const end = await this.#end(turn);
    this.#over.abort();
    await this.#freed(free);
    return free.aborted ? end : { type: "failed", problem: "runtime-failed", broken: true };
  }

  /** Waits until the engine has ended, or won't. Nobody should wait for this worker meanwhile. */
  async #freed(free: AbortSignal): Promise<void> {
    const { api, clock } = this.#deps;
    await clock.sleep(ENGINE_SOON_MS, free);
    if (free.aborted) return;
    await api.heartbeat({ jobs: [], ready: false }).catch(() => undefined);
    await clock.sleep(ENGINE_END_MS - ENGINE_SOON_MS, free);
  }

  async #end(turn: Turn): Promise<JobEnd> {
    switch (turn.type) {
      case "said": {
        const { tokens, finish } = turn.generated;
        if (finish === "aborted") return this.#fail("generation-failed", true);
        return this.#isAnswer(finish)
          ? this.#complete({ tokens, finish })
          : this.#fail(
              "generation-failed",
              false,
              this.#thought ? "only thoughts, no answer" : "empty answer",
            );
      }
      case "enough":
        return this.#complete({ tokens: this.#tokens, finish: "stop" });
      case "lost":
        return { type: "lost" };
      case "refused":
        return this.#fail("generation-failed", false);
      case "too-long":
        await this.#handOn("too long for this model");
        return { type: "lost" };
      case "broken":
        return this.#fail(turn.problem, true);
      case "stopped":
        await this.#handOn("stopped by its owner");
        return { type: "stopped" };
      default:
        return assertNever(turn);
    }
  }

  /** An answer that ended with its prefix is whole; one of thoughts alone is none. */
  #isAnswer(finish: Ending["finish"]): boolean {
    return this.#answered || (this.#job.prefix !== "" && !this.#thought && finish === "stop");
  }

  /** `result` never fails; `free` is aborted when the engine has ended, or is gone. */
  #generate(): { result: Promise<Turn>; free: AbortSignal } {
    const { engine, maxNewTokens } = this.#deps;
    const { messages, prefix } = this.#job;
    const input: GenerateInput = { messages, prefix, maxNewTokens };
    const free = new AbortController();
    let stopListening: () => void = () => undefined;
    const gone = new Promise<Turn>((resolve) => {
      stopListening = engine.onLost(() => resolve({ type: "broken", problem: "device-lost" }));
    });
    const generated = engine
      .generate(input, (text, tokens) => this.#heard(text, tokens), this.#halt.signal)
      .then((answer): Turn => ({ type: "said", generated: answer }), brokenBy);
    const result = Promise.race([generated, gone]).finally(() => {
      stopListening();
      if (!this.#halt.signal.aborted) this.#say(this.#thinking.end());
      this.#sender.end();
      free.abort();
    });
    return { result, free: free.signal };
  }

  /** Called for each piece of text, so it only counts and keeps. */
  #heard(text: string, tokens: number): void {
    if (this.#halt.signal.aborted) return;
    const nowMs = this.#deps.clock.now();
    if (this.#tokens === 0) this.#firstAtMs = nowMs;
    this.#tokens = tokens;
    this.#say(this.#thinking.feed(text));
    const seconds = (nowMs - this.#firstAtMs) / 1_000;
    if (tokens > 1 && seconds > 0) this.#tokensPerSecond = (tokens - 1) / seconds;
    if (this.#due()) this.#deps.progress(tokens, this.#tokensPerSecond);
  }

  #say(pieces: readonly Piece[]): void {
    for (const piece of pieces) {
      if (piece.kind === "reasoning") this.#thought = true;
      else this.#answered ||= piece.text.trim() !== "";
      this.#sender.push(piece);
    }
  }

  /** The owner's stop, or the person's. */
  #told(): Promise<Turn> {
    return new Promise((resolve) => {
      const hear = (signal: AbortSignal, turn: Turn) => {
        if (signal.aborted) resolve(turn);
        else signal.addEventListener("abort", () => resolve(turn), { signal: this.#over.signal });
      };
      hear(this.#deps.signal, { type: "stopped" });
      hear(this.#stopped.signal, { type: "enough" });
    });
  }

  /** Null when all that was said is accepted. */
  async #send(): Promise<Turn | null> {
    try {
      return (await this.#sender.run()) === "stop" ? { type: "enough" } : null;
    } catch (error) {
      if (error instanceof LeaseLost) return { type: "lost" };
      if (this.#over.signal.aborted) return null;
      return { type: "refused" };
    }
  }

  /** Keeps the lease while the model reads a long prompt, and finds out when the job was taken away. */
  async #beat(): Promise<void> {
    const { clock, api } = this.#deps;
    const { signal } = this.#over;
    for (;;) {
      await clock.sleep(HEARTBEAT_MS, signal);
      if (signal.aborted) return;
      try {
        const beat = { jobs: [this.#job.id], tokensPerSecond: this.#tokensPerSecond };
        const { jobs, stop } = await api.heartbeat(beat);
        if (jobs.includes(this.#job.id)) this.#lease.renew();
        else if (stop.includes(this.#job.id)) this.#stopped.abort();
        // Taken away, it seems: an empty chunk tells.
        else this.#sender.ask();
      } catch (error) {
        if (error instanceof ApiError && !error.transient) this.#sender.ask();
      }
    }
  }

  async #complete(ending: Ending): Promise<JobEnd> {
    const { api, clock, signal } = this.#deps;
    try {
      const patience = { lease: this.#lease, clock, signal };
      const earned = await insist(() => api.complete(this.#job, ending), patience);
      return { type: "completed", earned, tokens: ending.tokens };
    } catch {
      // Refused as empty, lost, or given up: in each case the network goes on without us.
      return { type: "lost" };
    }
  }

  async #fail(problem: JobProblem, broken: boolean, reason: string = problem): Promise<JobEnd> {
    await this.#handOn(reason);
    return { type: "failed", problem, broken };
  }

  /** At once, and without a second try: when it doesn't get through, the lease runs out by itself. */
  async #handOn(reason: string): Promise<void> {
    this.#over.abort();
    try {
      await this.#deps.api.fail(this.#job, reason);
    } catch {
      // Somebody else's already, or the network is away.
    }
  }
}

function brokenBy(error: unknown): Turn {
  const problem = error instanceof EngineError ? error.problem : "generation-failed";
  return problem === "too-long" ? { type: "too-long" } : { type: "broken", problem };
}
