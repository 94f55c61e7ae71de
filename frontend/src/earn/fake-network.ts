import { ApiError } from "../api/request";
import type { FakeClock } from "../lib/fake-clock";
import type { Piece } from "./thinking";
import type { Beat, ClaimAnswer, ClaimedJob, Ending, Pulse, WorkerApi } from "./worker-api";

/** `before`: the call never arrives. `after`: it is done, but its answer is lost. */
type Fault = "before" | "after" | ApiError;
type CallName = "claim" | "chunk" | "complete" | "fail" | "heartbeat" | "release" | "farewell";

interface Held {
  job: ClaimedJob;
  seq: number;
  text: string;
  thought: string;
  untilMs: number;
  stopped: boolean;
}

export const lost = () => new ApiError("Not yours.", { status: 409, code: "lease_lost" });
export const badToken = () => new ApiError("Who are you?", { status: 401, code: "bad_token" });
export const unreachable = () => new ApiError("Nobody is there.", { status: 0, code: "unreachable" });
const calledOff = () => new ApiError("Called off.", { status: 0, code: "aborted" });

/** One worker's view of a network in memory. */
export class FakeNetwork implements WorkerApi {
  readonly calls: { name: CallName; atMs: number; what: unknown }[] = [];
  readonly completed = new Map<string, { text: string; thought: string; ending: Ending }>();
  readonly handedOn: { id: string; text: string; reason: string }[] = [];
  readonly beacons: string[] = [];
  readonly waiting: ClaimedJob[] = [];
  /** What befalls the next calls of a name, one after the other. */
  readonly faults = new Map<CallName, Fault[]>();
  held: Held | null = null;
  paused = false;
  /** Nothing gets through. */
  down = false;
  removed = false;
  /** Whether somebody would wait for this worker, as far as it said. */
  live = false;
  #news = new AbortController();

  constructor(readonly clock: FakeClock) {}

  put(job: ClaimedJob): void {
    this.waiting.push(job);
    this.#tell();
  }

  setPaused(paused: boolean): void {
    this.paused = paused;
    this.#tell();
  }

  fault(name: CallName, ...faults: Fault[]): void {
    this.faults.set(name, [...(this.faults.get(name) ?? []), ...faults]);
  }

  /** The server takes the job away, as when a timer ran out. */
  revoke(): void {
    if (this.held !== null) this.#handOn("revoked");
  }

  count(name: CallName): number {
    return this.calls.filter((call) => call.name === name).length;
  }

  async claim(waitMs: number, signal: AbortSignal): Promise<ClaimAnswer> {
    return this.#call("claim", waitMs, async () => {
      const untilMs = this.clock.now() + waitMs;
      const asPaused = this.paused;
      this.live = !asPaused;
      for (;;) {
        if (signal.aborted) throw calledOff();
        if (this.removed) throw badToken();
        if (this.paused && !asPaused) return { type: "none", reason: "paused" };
        // A claim that began while paused waits in vain, also when the pause ends meanwhile.
        const job = asPaused ? undefined : this.waiting.shift();
        if (job !== undefined) return this.#give(job);
        const restMs = untilMs - this.clock.now();
        if (restMs <= 0) return { type: "none", reason: asPaused ? "paused" : "no_job" };
        await this.#sleep(restMs, signal);
      }
    });
  }

  async chunk(job: ClaimedJob, seq: number, piece: Piece, signal: AbortSignal): Promise<boolean> {
    return this.#call("chunk", { seq, value: piece.text, kind: piece.kind }, async () => {
      if (signal.aborted) throw calledOff();
      const held = this.#held(job);
      if (held.stopped) return true;
      if (seq > held.seq) {
        const body = { error: "Another chunk comes next.", code: "out_of_order", expected: held.seq };
        throw new ApiError(body.error, { status: 409, code: body.code, body });
      }
      if (seq < held.seq) return false;
      held.seq += 1;
      held[piece.kind === "text" ? "text" : "thought"] += piece.text;
      held.untilMs = this.clock.now() + job.lease.ms;
      return false;
    });
  }

  async complete(job: ClaimedJob, ending: Ending): Promise<number> {
    return this.#call("complete", ending, async () => {
      if (!this.completed.has(job.id)) {
        const { text, thought } = this.#held(job);
        if (text.trim() === "") throw new ApiError("Empty.", { status: 409, code: "empty_answer" });
        this.completed.set(job.id, { text, thought, ending });
        this.held = null;
      }
      return 70_000;
    });
  }

  async fail(job: ClaimedJob, reason: string): Promise<void> {
    return this.#call("fail", reason, async () => {
      this.#held(job);
      this.#handOn(reason);
    });
  }

  async heartbeat(beat: Beat): Promise<Pulse> {
    return this.#call("heartbeat", beat, async () => {
      if (this.removed) throw badToken();
      this.live = beat.ready ?? true;
      this.#expire();
      const held = this.held !== null && beat.jobs.includes(this.held.job.id) ? this.held : null;
      const { paused } = this;
      if (held === null) return { jobs: [], stop: [], paused };
      if (held.stopped) return { jobs: [], stop: [held.job.id], paused };
      held.untilMs = this.clock.now() + held.job.lease.ms;
      return { jobs: [held.job.id], stop: [], paused };
    });
  }

  async release(): Promise<void> {
    return this.#call("release", null, async () => {
      this.live = false;
      if (this.held !== null) this.#handOn("released");
    });
  }

  farewell(): void {
    this.beacons.push("release");
    if (this.held !== null) this.#handOn("farewell");
  }

  async #call<T>(name: CallName, what: unknown, act: () => Promise<T>): Promise<T> {
    this.calls.push({ name, atMs: this.clock.now(), what });
    const fault = this.faults.get(name)?.shift();
    await Promise.resolve();
    if (fault instanceof ApiError) throw fault;
    if (fault === "before" || this.down) throw unreachable();
    const answer = await act();
    if (fault === "after") throw unreachable();
    return answer;
  }

  #give(job: ClaimedJob): ClaimAnswer {
    const untilMs = this.clock.now() + job.lease.ms;
    this.held = { job, seq: 0, text: job.prefix, thought: "", untilMs, stopped: false };
    return { type: "job", job };
  }

  #held(job: ClaimedJob): Held {
    if (this.removed) throw badToken();
    this.#expire();
    if (this.held?.job.lease.token !== job.lease.token) throw lost();
    return this.held;
  }

  #expire(): void {
    if (this.held !== null && this.held.untilMs < this.clock.now()) this.#handOn("expired");
  }

  #handOn(reason: string): void {
    if (this.held === null) return;
    this.handedOn.push({ id: this.held.job.id, text: this.held.text, reason });
    this.held = null;
  }

  sentChunks(): { seq: number; value: string }[] {
    return this.calls
      .filter((call) => call.name === "chunk")
      .map((call) => call.what as { seq: number; value: string });
  }

  #tell(): void {
    this.#news.abort();
    this.#news = new AbortController();
  }

  async #sleep(ms: number, signal: AbortSignal): Promise<void> {
    const either = AbortSignal.any([signal, this.#news.signal]);
    await this.clock.sleep(ms, either);
  }
}

export function job(id: string, more: Partial<ClaimedJob> = {}): ClaimedJob {
  return {
    id,
    value: 100_000,
    messages: [{ role: "user", content: "Hi" }],
    prefix: "",
    lease: { token: `ls_${id}`, ms: 10_000 },
    ...more,
  };
}
