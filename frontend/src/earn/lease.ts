/** The right to produce one job, and patience with the network for as long as that right may last. */
import { ApiError } from "../api/request";
import { backoffMs, jittered } from "../lib/backoff";
import type { Clock } from "../lib/clock";

/** Our clock and the server's don't count from the same moment, and news takes its time. */
const GRACE_MS = 3_000;
const RETRY = { firstMs: 200, maxMs: 2_000 };
/** What says, of a job we hold, that we don't hold it (any more). */
const NOT_OURS: readonly number[] = [401, 403, 404, 410];

/** The job is somebody else's by now, or over. */
export class LeaseLost extends Error {
  constructor() {
    super("The job is no longer ours.");
    this.name = "LeaseLost";
  }
}

export class Lease {
  readonly #ms: number;
  readonly #clock: Clock;
  #untilMs = 0;

  constructor(ms: number, clock: Clock) {
    this.#ms = ms;
    this.#clock = clock;
    this.renew();
  }

  /** The network has just accepted something of ours. */
  renew(): void {
    this.#untilMs = this.#clock.now() + this.#ms + GRACE_MS;
  }

  /** How long it may still run; negative once it must be over. */
  get leftMs(): number {
    return this.#untilMs - this.#clock.now();
  }
}

export interface Patience {
  lease: Lease;
  clock: Clock;
  signal: AbortSignal;
}

/**
 * Makes a call that may be repeated as it is, until it is answered. Fails with `LeaseLost` when the job is no
 * longer ours, by the server's word or by our own clock, and with `ApiError` when the server refuses the call.
 * Once `signal` is aborted nothing is repeated.
 */
export async function insist<T>(call: () => Promise<T>, { lease, clock, signal }: Patience): Promise<T> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await call();
    } catch (error) {
      if (saysLost(error)) throw new LeaseLost();
      if (!worthRepeating(error) || signal.aborted) throw error;
      const pauseMs = retryAfterMs(error) ?? jittered(backoffMs(attempt, RETRY));
      if (lease.leftMs <= 0) throw new LeaseLost();
      await clock.sleep(Math.min(pauseMs, lease.leftMs), signal);
      if (signal.aborted) throw error;
    }
  }
}

/** Whether the same call may get through in a moment. */
export function worthRepeating(error: unknown): boolean {
  return error instanceof ApiError && (error.transient || error.status === 429 || error.status === 408);
}

export function retryAfterMs(error: unknown): number | null {
  return error instanceof ApiError && error.retryAfterS !== null ? error.retryAfterS * 1_000 : null;
}

function saysLost(error: unknown): boolean {
  return error instanceof ApiError && (error.code === "lease_lost" || NOT_OURS.includes(error.status));
}
