/** Time, as the worker's loop sees it; tests bring their own. */
export interface Clock {
  /** Milliseconds that only ever grow. */
  now(): number;
  /** Ends after `ms`, or as soon as `signal` is aborted. Never fails: look at the signal. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export const pageClock: Clock = {
  now: () => performance.now(),
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted) {
        resolve();
        return;
      }
      const done = () => {
        clearTimeout(timer);
        signal?.removeEventListener("abort", done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      signal?.addEventListener("abort", done);
    }),
};

/** Lets something through at most once in `everyMs`. */
export function gate(clock: Pick<Clock, "now">, everyMs: number): () => boolean {
  let openAt = Number.NEGATIVE_INFINITY;
  return () => {
    const now = clock.now();
    if (now < openAt) return false;
    openAt = now + everyMs;
    return true;
  };
}
