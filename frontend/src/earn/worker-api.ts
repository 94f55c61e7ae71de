/** The worker's own calls, as docs/protocol.md describes them. Nothing here repeats a call. */
import { ApiError, type Call, type Request } from "../api/request";
import { tierId } from "../api/types";
import type { ChatMessage } from "../engine/engine";
import {
  boolean,
  type Decoder,
  integer,
  list,
  nothing,
  nullable,
  object,
  oneOf,
  string,
} from "../lib/decode";

/** How long a claim waits at the server for a job. */
export const CLAIM_WAIT_MS = 25_000;
const CLAIM_MARGIN_MS = 10_000;
/** Short, so that a call that hangs can be repeated while the lease still runs. */
const CHUNK_TIMEOUT_MS = 4_000;
const HEARTBEAT_TIMEOUT_MS = 4_000;
const ENDING_TIMEOUT_MS = 8_000;
const RELEASE_TIMEOUT_MS = 5_000;

export interface WorkerIdentity {
  workerId: string;
  workerToken: string;
}

/** A job that is ours for as long as its lease runs. */
export interface ClaimedJob {
  id: string;
  /** µUSDC, of which the worker gets its share. */
  value: number;
  messages: readonly ChatMessage[];
  prefix: string;
  lease: { token: string; ms: number };
}

export type ClaimAnswer = { type: "job"; job: ClaimedJob } | { type: "none"; reason: string };

export interface Pulse {
  /** The ids that the server says we hold. */
  jobs: readonly string[];
  paused: boolean;
}

export interface Ending {
  tokens: number;
  finish: "stop" | "length";
}

/** All methods reject with `ApiError`. */
export interface WorkerApi {
  claim(waitMs: number, signal: AbortSignal): Promise<ClaimAnswer>;
  /** True: stop the model. */
  chunk(job: ClaimedJob, seq: number, value: string, signal: AbortSignal): Promise<boolean>;
  /** What it earned, in µUSDC. */
  complete(job: ClaimedJob, ending: Ending): Promise<number>;
  fail(job: ClaimedJob, reason: string): Promise<void>;
  /** `jobs` are those that we work on: whatever else the server thinks we hold isn't renewed. */
  heartbeat(jobs: readonly string[], tokensPerSecond: number | null): Promise<Pulse>;
  release(): Promise<void>;
  /** Says goodbye from a page that is being closed. */
  farewell(): void;
}

export interface WorkerTransport {
  request: Request;
  beacon: (path: string, body: Blob) => boolean;
  /** Told after each call whether the network answered it. */
  reached: (online: boolean) => void;
}

const message = object({ role: oneOf("system", "user", "assistant"), content: string });
const jobAnswer = object({
  job: nullable(object({ id: string, tier: tierId, model: string, value: integer })),
  messages: nullable(list(message)),
  prefix: nullable(string),
  lease: nullable(object({ token: string, ms: integer })),
  reason: nullable(string),
});

export const claimAnswer: Decoder<ClaimAnswer> = (value, path) => {
  const { job, messages, prefix, lease, reason } = jobAnswer(value, path);
  if (job === null) return { type: "none", reason: reason ?? "no_job" };
  if (messages === null || lease === null) throw new Error(`${path} is a job without messages or lease`);
  return { type: "job", job: { id: job.id, value: job.value, messages, prefix: prefix ?? "", lease } };
};

const pulse = object({ jobs: list(string), paused: nullable(boolean) });
const outOfOrder = object({ code: oneOf("out_of_order"), expected: integer });

export function createWorkerApi(
  { workerId, workerToken }: WorkerIdentity,
  { request, beacon, reached }: WorkerTransport,
): WorkerApi {
  async function call<T>(name: string, body: object, decode: Decoder<T>, how: Partial<Call<T>>): Promise<T> {
    const path = `/api/worker/${name}`;
    try {
      const answer = await request({
        method: "POST",
        path,
        body: { workerId, ...body },
        decode,
        bearer: workerToken,
        ...how,
      });
      reached(true);
      return answer;
    } catch (error) {
      if (error instanceof ApiError && error.code !== "aborted") reached(!error.transient);
      throw error;
    }
  }

  return {
    claim: (waitMs, signal) =>
      call("claim", { tier: "pro", waitMs }, claimAnswer, { timeoutMs: waitMs + CLAIM_MARGIN_MS, signal }),
    chunk: async (job, seq, value, signal) => {
      const body = { ...held(job), seq, value };
      const { stop } = await call("token", body, object({ stop: boolean }), {
        timeoutMs: CHUNK_TIMEOUT_MS,
        signal,
      });
      return stop;
    },
    complete: async (job, { tokens, finish }) => {
      const body = { ...held(job), tokens, finish };
      const decode = object({ earned: integer });
      const { earned } = await call("complete", body, decode, { timeoutMs: ENDING_TIMEOUT_MS });
      return earned;
    },
    fail: (job, reason) =>
      call("fail", { ...held(job), reason }, nothing, { timeoutMs: ENDING_TIMEOUT_MS, keepalive: true }),
    heartbeat: async (jobs, tokensPerSecond) => {
      const speed = tokensPerSecond === null ? {} : { tokensPerSecond };
      const answer = await call("heartbeat", { jobs, ...speed }, pulse, { timeoutMs: HEARTBEAT_TIMEOUT_MS });
      return { jobs: answer.jobs, paused: answer.paused ?? false };
    },
    release: () => call("release", {}, nothing, { timeoutMs: RELEASE_TIMEOUT_MS, keepalive: true }),
    farewell: () => {
      const body = JSON.stringify({ workerId, workerToken });
      beacon("/api/worker/release", new Blob([body], { type: "application/json" }));
    },
  };
}

function held(job: ClaimedJob): { jobId: string; lease: string } {
  return { jobId: job.id, lease: job.lease.token };
}

/** The number of the chunk that the server expects, where that is why it refused one. */
export function expectedSeq(error: unknown): number | null {
  try {
    return error instanceof ApiError ? outOfOrder(error.body, "error").expected : null;
  } catch {
    return null;
  }
}
