/** How it went on while nobody looked: browsers slow hidden tabs down, and some slow the GPU too. */
import { Store } from "../lib/store";
import type { EarnState } from "./state";

/** The tab was hidden for a while: how it went on meanwhile. Null speeds: nothing was generated. */
export interface BackgroundNote {
  seconds: number;
  jobs: number;
  tokensPerSecondHidden: number | null;
  tokensPerSecondShown: number | null;
}

const WORTH_A_NOTE_MS = 30_000;

interface Pace {
  tokens: number;
  ms: number;
}

export class BackgroundWatch {
  readonly note = new Store<BackgroundNote | null>(null);
  readonly #now: () => number;
  readonly #shown: Pace = { tokens: 0, ms: 0 };
  #hidden: Pace = { tokens: 0, ms: 0 };
  #hiddenAtMs: number | null = null;
  #ran = false;
  #jobs = 0;
  #last: { jobId: string; tokens: number; atMs: number } | null = null;

  constructor(now: () => number) {
    this.#now = now;
  }

  observe(state: EarnState): void {
    const activity = state.phase === "running" ? state.activity : null;
    if (state.phase === "running") this.#ran = true;
    if (activity?.type !== "generating") {
      this.#last = null;
      return;
    }
    const { jobId, tokens } = activity;
    const now = { jobId, tokens, atMs: this.#now() };
    // The time to the first token is the prompt's length, not the pace.
    if (this.#last?.jobId === jobId && this.#last.tokens > 0) {
      const pace = this.#hiddenAtMs === null ? this.#shown : this.#hidden;
      pace.tokens += tokens - this.#last.tokens;
      pace.ms += now.atMs - this.#last.atMs;
    }
    this.#last = now;
  }

  answered(): void {
    this.#jobs += 1;
  }

  visibilityChanged(hidden: boolean, state: EarnState): void {
    this.#last = null;
    if (hidden && this.#hiddenAtMs === null) {
      this.#hiddenAtMs = this.#now();
      this.#hidden = { tokens: 0, ms: 0 };
      this.#jobs = 0;
      this.#ran = state.phase === "running";
    } else if (!hidden && this.#hiddenAtMs !== null) {
      const ms = this.#now() - this.#hiddenAtMs;
      this.#hiddenAtMs = null;
      if (this.#ran && ms >= WORTH_A_NOTE_MS) this.note.set(this.#noteOf(ms));
    }
  }

  dismiss(): void {
    this.note.set(null);
  }

  #noteOf(ms: number): BackgroundNote {
    return {
      seconds: Math.round(ms / 1_000),
      jobs: this.#jobs,
      tokensPerSecondHidden: perSecond(this.#hidden),
      tokensPerSecondShown: perSecond(this.#shown),
    };
  }
}

function perSecond({ tokens, ms }: Pace): number | null {
  return tokens > 0 && ms > 0 ? (tokens / ms) * 1_000 : null;
}
