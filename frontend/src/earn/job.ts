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
import type { ClaimedJob, Ending, WorkerApi } from "./worker-api";

export const HEARTBEAT_MS = 4_000;
/** How often the page is told how far the answer is. */
export const PROGRESS_MS = 200;
/** An engine that was told to end and doesn't within this time won't. */
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
  #tokens = 0;
  #chars = 0;
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
    const turn = await Promise.race([said, early, this.#stopped()]);
    this.#halt.abort();
    const end = await this.#end(turn);
    this.#over.abort();
    await this.#deps.clock.sleep(ENGINE_END_MS, free);
    return free.aborted ? end : { type: "failed", problem: "runtime-failed", broken: true };
  }

  async #end(turn: Turn): Promise<JobEnd> {
    switch (turn.type) {
      case "said": {
        const { tokens, finish } = turn.generated;
        // An answer that ended with its prefix is whole; one without any text is none.
        if (finish === "aborted" || (this.#chars === 0 && this.#job.prefix === "")) {
          return this.#fail("generation-failed", finish === "aborted");
        }
        return this.#complete({ tokens, finish });
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
    this.#chars += text.length;
    this.#sender.push(text);
    const seconds = (nowMs - this.#firstAtMs) / 1_000;
    if (tokens > 1 && seconds > 0) this.#tokensPerSecond = (tokens - 1) / seconds;
    if (this.#due()) this.#deps.progress(tokens, this.#tokensPerSecond);
  }

  #stopped(): Promise<Turn> {
    const { signal } = this.#deps;
    return new Promise((resolve) => {
      const stop = () => resolve({ type: "stopped" });
      if (signal.aborted) stop();
      else signal.addEventListener("abort", stop, { signal: this.#over.signal });
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
        const { jobs } = await api.heartbeat([this.#job.id], this.#tokensPerSecond);
        // Taken away, or stopped by the person: an empty chunk tells which.
        if (jobs.includes(this.#job.id)) this.#lease.renew();
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

  async #fail(problem: JobProblem, broken: boolean): Promise<JobEnd> {
    await this.#handOn(problem);
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
