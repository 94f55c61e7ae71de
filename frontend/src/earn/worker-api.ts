/** The worker's own calls, as docs/protocol.md describes them. Nothing here repeats a call. */
import { createCall } from "../api/operation";
import * as operations from "../api/operations";
import { ApiError, type Request } from "../api/request";
import type { ChatMessage } from "../engine/engine";
import { integer, object, oneOf } from "../lib/decode";
import type { Piece } from "./thinking";

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

export interface Beat {
  /** Those that we work on: whatever else the server thinks we hold isn't renewed. */
  jobs: readonly string[];
  tokensPerSecond?: number | null;
  /** False: we could take no job now, and nobody should wait for us. */
  ready?: boolean;
}

export interface Pulse {
  /** The ids that the server says we hold. */
  jobs: readonly string[];
  /** The ids of what the person has stopped. */
  stop: readonly string[];
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
  chunk(job: ClaimedJob, seq: number, piece: Piece, signal: AbortSignal): Promise<boolean>;
  /** What it earned, in µUSDC. */
  complete(job: ClaimedJob, ending: Ending): Promise<number>;
  fail(job: ClaimedJob, reason: string): Promise<void>;
  heartbeat(beat: Beat): Promise<Pulse>;
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

const outOfOrder = object({ code: oneOf("out_of_order"), expected: integer });

export function createWorkerApi(
  { workerId, workerToken }: WorkerIdentity,
  { request, beacon, reached }: WorkerTransport,
): WorkerApi {
  const call = createCall(request);
  const bearer = workerToken;

  async function heard<T>(answering: Promise<T>): Promise<T> {
    try {
      const answer = await answering;
      reached(true);
      return answer;
    } catch (error) {
      if (error instanceof ApiError && error.code !== "aborted") reached(!error.transient);
      throw error;
    }
  }

  return {
    claim: async (waitMs, signal) => {
      const answer = await heard(
        call(operations.workerClaim, {
          body: { workerId, tier: "pro", waitMs },
          bearer,
          timeoutMs: waitMs + CLAIM_MARGIN_MS,
          signal,
        }),
      );
      return claimed(answer);
    },
    chunk: async (job, seq, { kind, text }, signal) => {
      const { stop } = await heard(
        call(operations.workerToken, {
          body: { workerId, ...held(job), seq, value: text, ...(kind === "text" ? {} : { kind }) },
          bearer,
          timeoutMs: CHUNK_TIMEOUT_MS,
          signal,
        }),
      );
      return stop;
    },
    complete: async (job, { tokens, finish }) => {
      const { earned } = await heard(
        call(operations.workerComplete, {
          body: { workerId, ...held(job), tokens, finish },
          bearer,
          timeoutMs: ENDING_TIMEOUT_MS,
        }),
      );
      return earned;
    },
    fail: async (job, reason) => {
      await heard(
        call(operations.workerFail, {
          body: { workerId, ...held(job), reason },
          bearer,
          timeoutMs: ENDING_TIMEOUT_MS,
          keepalive: true,
        }),
      );
    },
    heartbeat: async ({ jobs, tokensPerSecond = null, ready = true }) => {
      const speed = tokensPerSecond === null ? {} : { tokensPerSecond };
      const answer = await heard(
        call(operations.workerHeartbeat, {
          body: { workerId, jobs: [...jobs], ...(ready ? {} : { ready }), ...speed },
          bearer,
          timeoutMs: HEARTBEAT_TIMEOUT_MS,
        }),
      );
      return { jobs: answer.jobs, stop: answer.stop, paused: answer.paused };
    },
    release: async () => {
      await heard(
        call(operations.workerRelease, {
          body: { workerId },
          bearer,
          timeoutMs: RELEASE_TIMEOUT_MS,
          keepalive: true,
        }),
      );
    },
    farewell: () => {
      const body = JSON.stringify({ workerId, workerToken });
      beacon("/api/worker/release", new Blob([body], { type: "application/json" }));
    },
  };
}

function claimed(answer: ReturnType<typeof operations.ClaimAnswer>): ClaimAnswer {
  if (answer.job === null) return { type: "none", reason: answer.reason };
  const { id, value } = answer.job;
  const { messages, prefix, lease } = answer;
  return { type: "job", job: { id, value, messages, prefix, lease } };
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
