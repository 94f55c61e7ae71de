import {
  type Engine,
  EngineError,
  type EngineProblem,
  type Generated,
  type GenerateInput,
  type Loaded,
  type LoadInput,
  type LoadProgress,
  type Model,
  type OnText,
  type Probe,
} from "../engine/engine";
import type { Clock } from "../lib/clock";

export interface Script {
  pieces?: readonly string[];
  /** How it ends instead of well. */
  breaks?: EngineProblem;
  finish?: "stop" | "length";
}

export function words(count: number): string[] {
  return Array.from({ length: count }, (_, i) => `w${i} `);
}

/** An engine that says what it is told, at the speed it is told. */
export class FakeEngine implements Engine {
  /** What the next answers say, one after the other; the last is said again and again. */
  scripts: Script[] = [{ pieces: ["one ", "two ", "three "] }];
  msPerToken = 50;
  prefillMs = 0;
  readonly inputs: GenerateInput[] = [];
  readonly loads: LoadInput[] = [];
  loadMs = 100;
  loadProblem: EngineProblem | null = null;
  loaded = false;
  generating = 0;
  readonly #clock: Clock;
  readonly #lost = new Set<(message: string) => void>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async probe(): Promise<Probe> {
    return { type: "unusable", reason: "no-webgpu" };
  }

  async load(
    input: LoadInput,
    onProgress: (progress: LoadProgress) => void,
    signal: AbortSignal,
  ): Promise<Loaded> {
    this.loads.push(input);
    onProgress({ phase: "compiling", fromCache: true });
    await this.#clock.sleep(this.loadMs, signal);
    if (signal.aborted) throw new EngineError("aborted", "Aborted.");
    if (this.loadProblem !== null) throw new EngineError(this.loadProblem, "It didn't load.");
    this.loaded = true;
    return { fromCache: true, totalBytes: 1 };
  }

  async generate(input: GenerateInput, onText: OnText, signal: AbortSignal): Promise<Generated> {
    if (!this.loaded) throw new EngineError("generation-failed", "No model is loaded.");
    if (this.generating > 0) throw new Error("One answer at a time.");
    this.generating += 1;
    try {
      return await this.#say(input, onText, signal);
    } finally {
      this.generating -= 1;
    }
  }

  async unload(): Promise<void> {
    this.loaded = false;
  }

  onLost(listener: (message: string) => void): () => void {
    this.#lost.add(listener);
    return () => this.#lost.delete(listener);
  }

  lose(): void {
    this.loaded = false;
    for (const listener of [...this.#lost]) listener("Gone.");
  }

  async #say(input: GenerateInput, onText: OnText, signal: AbortSignal): Promise<Generated> {
    this.inputs.push(input);
    const script = this.scripts.length > 1 ? this.scripts.shift() : this.scripts[0];
    const { pieces = [], breaks = null, finish = "stop" } = script ?? {};
    const speed = pieces.length > 1 ? 1_000 / this.msPerToken : null;
    await this.#clock.sleep(this.prefillMs, signal);
    let tokens = 0;
    for (const piece of pieces) {
      await this.#clock.sleep(this.msPerToken, signal);
      if (signal.aborted) break;
      tokens += 1;
      onText(piece, tokens);
    }
    const end = signal.aborted ? "aborted" : finish;
    if (breaks !== null && !signal.aborted) {
      this.loaded = false;
      throw new EngineError(breaks, "It broke.");
    }
    return { tokens, finish: end, firstTokenMs: this.prefillMs, tokensPerSecond: speed };
  }
}

export const tiny: Model = {
  id: "test/tiny",
  name: "Tiny",
  about: "",
  revision: "main",
  license: "",
  contextTokens: 512,
  maxNewTokens: 64,
  builds: [{ dtype: "q4", files: [], downloadBytes: 1, memoryBytes: 1, largestBufferBytes: 1 }],
};
