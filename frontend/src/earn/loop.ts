/** The worker's loop: claim, serve, again. One job at a time, from Start to Stop. */
import { ApiError } from "../api/request";
import type { Engine } from "../engine/engine";
import { backoffMs, jittered } from "../lib/backoff";
import { type Clock, gate } from "../lib/clock";
import { assertNever } from "../lib/never";
import { type JobEnd, serveJob } from "./job";
import { retryAfterMs, worthRepeating } from "./lease";
import { networkProblem, type Problem, problem } from "./problems";
import type { Activity } from "./state";
import { CLAIM_WAIT_MS, type ClaimAnswer, type ClaimedJob, type WorkerApi } from "./worker-api";

/** While it is paused from elsewhere, so that going on is noticed soon. */
const PAUSED_WAIT_MS = 4_000;
/** An empty answer that came sooner than this wasn't waited for: the next claim keeps its distance. */
const SHORT_MS = 1_000;
const PAUSE_AFTER_SHORT_MS = 1_000;
const PAUSE_WHEN_FULL_MS = 5_000;
const RETRY = { firstMs: 1_000, maxMs: 30_000 };
/** The server notes a speed about this often. */
const SPEED_MS = 30_000;
/** A model that fails this often in a row fails the next person too. */
const FAILURES_MAX = 3;

export interface LoopState {
  activity: Activity;
  stopping: boolean;
}

export interface LoopDeps {
  api: WorkerApi;
  engine: Pick<Engine, "generate" | "onLost">;
  clock: Clock;
  maxNewTokens: number;
  /** Pauses this worker on the server, or lets it go on. */
  setPaused: (paused: boolean) => Promise<unknown>;
  changed: (state: LoopState) => void;
  /** Loads an engine anew that broke in a job. Fails like `load`. */
  revive: () => Promise<unknown>;
  /** After each job that was completed. */
  earned: (micros: number) => void;
}

/** What goes on, whoever has paused it. */
type Doing = { type: "waiting" } | Extract<Activity, { type: "generating" }>;

export class WorkerLoop {
  readonly #deps: LoopDeps;
  readonly #stop = new AbortController();
  readonly #speedDue: () => boolean;
  /** Ends the claim or the sleep that the loop is in right now. */
  #interrupt = new AbortController();
  #doing: Doing = { type: "waiting" };
  /** Paused here; `#pausedThere`: by the server's word. */
  #paused = false;
  #pausedThere = false;
  #stopping = false;
  #problem: Problem | null = null;
  #wish: boolean | null = null;
  #telling: Promise<void> = Promise.resolve();
  #troubles = 0;
  #failures = 0;
  #speed: number | null = null;

  constructor(deps: LoopDeps) {
    this.#deps = deps;
    this.#speedDue = gate(deps.clock, SPEED_MS);
  }

  /** Works until it is stopped; says why, where that wasn't asked for. Says goodbye at the end. */
  async run(): Promise<Problem | null> {
    const { engine, api } = this.#deps;
    const stopListening = engine.onLost(() => this.#give(problem("device-lost")));
    this.#changed();
    try {
      while (!this.#done) await this.#turn();
    } finally {
      stopListening();
      await api.release().catch(() => undefined);
    }
    return this.#problem;
  }

  pause(): void {
    if (this.#paused) return;
    this.#paused = true;
    this.#tell(true);
    this.#wake();
  }

  resume(): void {
    if (!this.#paused && !this.#pausedThere) return;
    this.#paused = false;
    this.#pausedThere = false;
    this.#tell(false);
    this.#wake();
  }

  /** Somebody paused it, or let it go on, on this page's dashboard: the server knows already. */
  pausedElsewhere(paused: boolean): void {
    this.#paused = false;
    this.#pausedThere = paused;
    this.#wake();
  }

  stopAfterJob(): void {
    this.#stopping = true;
    this.#wake();
  }

  stop(): void {
    this.#stop.abort();
    this.#wake();
  }

  /** Something has changed that may let the next try work: the network is back, the worker was removed. */
  retry(): void {
    this.#wake();
  }

  /** Asked between two jobs only. */
  get #done(): boolean {
    return this.#stop.signal.aborted || this.#problem !== null || this.#stopping;
  }

  async #turn(): Promise<void> {
    this.#interrupt = new AbortController();
    const { signal } = this.#interrupt;
    if (this.#paused) {
      await new Promise((resolve) => signal.addEventListener("abort", resolve));
      return;
    }
    const beganMs = this.#deps.clock.now();
    const answer = await this.#claim(signal);
    if (answer === null) return;
    if (answer.type === "job") await this.#serve(answer.job);
    else await this.#idle(answer.reason, this.#deps.clock.now() - beganMs, signal);
  }

  /** Null: there is no answer, or it isn't wanted any more. */
  async #claim(signal: AbortSignal): Promise<ClaimAnswer | null> {
    try {
      await this.#telling;
      if (signal.aborted) return null;
      const waitMs = this.#pausedThere ? PAUSED_WAIT_MS : CLAIM_WAIT_MS;
      const answer = await this.#deps.api.claim(waitMs, signal);
      this.#troubles = 0;
      return answer;
    } catch (error) {
      if (!signal.aborted) await this.#trouble(error, signal);
      return null;
    }
  }

  async #trouble(error: unknown, signal: AbortSignal): Promise<void> {
    if (error instanceof ApiError && error.status === 401) {
      this.#give(problem("removed"));
    } else if (worthRepeating(error)) {
      const pauseMs = retryAfterMs(error) ?? jittered(backoffMs(this.#troubles, RETRY));
      this.#troubles += 1;
      await this.#deps.clock.sleep(pauseMs, signal);
    } else {
      this.#give(networkProblem(error));
    }
  }

  async #idle(reason: string, waitedMs: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    this.#pausedThere = reason === "paused";
    this.#changed();
    if (reason === "too_many_jobs") await this.#deps.clock.sleep(PAUSE_WHEN_FULL_MS, signal);
    else if (waitedMs < SHORT_MS) await this.#deps.clock.sleep(jittered(PAUSE_AFTER_SHORT_MS), signal);
  }

  async #serve(job: ClaimedJob): Promise<void> {
    this.#pausedThere = false;
    this.#progress(job.id, 0, null);
    this.#speed = null;
    const end = await serveJob(job, {
      ...this.#deps,
      signal: this.#stop.signal,
      progress: (tokens, tokensPerSecond) => this.#progress(job.id, tokens, tokensPerSecond),
    });
    this.#doing = { type: "waiting" };
    await this.#ended(end);
    this.#changed();
    this.#tellSpeed();
  }

  /** A short answer ends before its first heartbeat, and the network would never hear how fast we are. */
  #tellSpeed(): void {
    if (this.#speed === null || this.#done || !this.#speedDue()) return;
    void this.#deps.api.heartbeat({ jobs: [], tokensPerSecond: this.#speed }).catch(() => undefined);
  }

  #progress(jobId: string, tokens: number, tokensPerSecond: number | null): void {
    this.#doing = { type: "generating", jobId, tokens, tokensPerSecond };
    this.#speed = tokensPerSecond ?? this.#speed;
    this.#changed();
  }

  async #ended(end: JobEnd): Promise<void> {
    switch (end.type) {
      case "completed":
        this.#failures = 0;
        this.#deps.earned(end.earned);
        return;
      case "failed":
        this.#failures += 1;
        if (end.problem !== "generation-failed" || this.#failures >= FAILURES_MAX) {
          this.#give(problem(end.problem === "aborted" ? "generation-failed" : end.problem));
        } else if (end.broken && !this.#done) {
          // One odd question breaks an engine; it must not end every worker that meets it.
          this.#changed();
          await this.#deps.api.heartbeat({ jobs: [], ready: false }).catch(() => undefined);
          await this.#deps.revive();
        }
        return;
      case "lost":
      case "stopped":
        return;
      default:
        assertNever(end);
    }
  }

  #tell(paused: boolean): void {
    this.#wish = paused;
    this.#telling = this.#telling.then(() => this.#deliver(paused));
  }

  /** Tells the server until it knows, or until something else is wanted. Claims wait for it. */
  async #deliver(paused: boolean): Promise<void> {
    const { setPaused, clock } = this.#deps;
    for (let attempt = 0; this.#wish === paused && !this.#stop.signal.aborted; attempt += 1) {
      try {
        await setPaused(paused);
        return;
      } catch (error) {
        if (!worthRepeating(error)) {
          const gone = error instanceof ApiError && error.status === 404;
          if (!paused) this.#give(gone ? problem("removed") : networkProblem(error));
          return;
        }
        const pauseMs = retryAfterMs(error) ?? jittered(backoffMs(attempt, RETRY));
        await clock.sleep(pauseMs, this.#stop.signal);
      }
    }
  }

  #give(problem: Problem): void {
    this.#problem ??= problem;
    this.#wake();
  }

  #wake(): void {
    this.#interrupt.abort();
    this.#changed();
  }

  #changed(): void {
    const paused = this.#paused || this.#pausedThere;
    const finishing = this.#doing.type === "generating";
    const activity: Activity = paused ? { type: "paused", finishing } : this.#doing;
    this.#deps.changed({ activity, stopping: this.#stopping });
  }
}
