const WINDOW_MS = 5_000;
/** Arrivals closer together than this are one sample, so that the window holds few. */
const SAMPLE_MS = 100;

interface Sample {
  atMs: number;
  bytes: number;
}

/** Bytes a second over the last few seconds. */
export class RateMeter {
  readonly #samples: Sample[] = [];
  readonly #startMs: number;

  constructor(nowMs: number) {
    this.#startMs = nowMs;
  }

  add(bytes: number, nowMs: number): void {
    const last = this.#samples.at(-1);
    if (last !== undefined && nowMs - last.atMs < SAMPLE_MS) last.bytes += bytes;
    else this.#samples.push({ atMs: nowMs, bytes });
  }

  bytesPerSecond(nowMs: number): number {
    while (this.#samples[0] !== undefined && this.#samples[0].atMs <= nowMs - WINDOW_MS)
      this.#samples.shift();
    const bytes = this.#samples.reduce((sum, sample) => sum + sample.bytes, 0);
    // In its first moments the rate is over the time since the start, not over a window that hasn't been yet.
    const ms = Math.min(WINDOW_MS, Math.max(SAMPLE_MS, nowMs - this.#startMs));
    return (bytes / ms) * 1_000;
  }
}

/** Null while nothing comes. */
export function secondsLeft(missingBytes: number, bytesPerSecond: number): number | null {
  return bytesPerSecond > 0 ? missingBytes / bytesPerSecond : null;
}
