/**
 * What an engine is: something that runs one language model on this machine's GPU. The page knows engines by
 * this interface only, so that another runtime can take the place of the one we have.
 */

/** How a model's weights are stored. `q4f16` and `fp16` need the adapter's `shader-f16`. */
export type Dtype = "q4f16" | "fp16" | "q4" | "fp32";

/** One way to get a model: its files for one dtype, and what they need. */
export interface ModelBuild {
  dtype: Dtype;
  /** Paths below the model's folder: configuration, tokenizer and weights. All are needed. */
  files: readonly string[];
  /** About; the exact figure is asked of the host before anything large is fetched. */
  downloadBytes: number;
  /** What the model takes while it runs, context included. */
  memoryBytes: number;
  /** The largest tensor: the adapter's buffers and bindings must be able to hold it. */
  largestBufferBytes: number;
}

export interface Model {
  id: string;
  name: string;
  about: string;
  revision: string;
  license: string;
  /** Tokens of question and answer together. */
  contextTokens: number;
  maxNewTokens: number;
  builds: readonly ModelBuild[];
}

/** What a browser says of its GPU. */
export interface Adapter {
  /** For people: "apple metal-3", or an empty string. */
  description: string;
  /** Whether it is a CPU that pretends to be a GPU. */
  software: boolean;
  shaderF16: boolean;
  maxBufferBytes: number;
  maxBindingBytes: number;
  /** `navigator.deviceMemory` in bytes: coarse, at most 8 GiB (32 GiB in newer browsers), null where it isn't told. */
  deviceMemoryBytes: number | null;
}

export type Probe =
  | { type: "usable"; adapter: Adapter }
  | { type: "unusable"; reason: "insecure" | "no-webgpu" | "no-adapter" };

export interface LoadInput {
  model: Model;
  build: ModelBuild;
  /** Where models are served from: `{host}{id}/resolve/{revision}/{file}`. Ends in a slash. */
  host: string;
}

/** Where loading is. Phases come in this order; `downloading` is skipped when nothing is missing. */
export type LoadProgress =
  | { phase: "checking" }
  | {
      phase: "downloading";
      /** Bytes of all files together that are on this disk, those of earlier visits included. */
      loadedBytes: number;
      totalBytes: number;
      /** Over the last few seconds; 0 while nothing comes. */
      bytesPerSecond: number;
      secondsLeft: number | null;
    }
  | { phase: "reading"; loadedBytes: number; totalBytes: number; fromCache: boolean }
  | { phase: "compiling"; fromCache: boolean };

export interface Loaded {
  /** Whether all files were on this disk already. */
  fromCache: boolean;
  totalBytes: number;
}

export interface ChatMessage {
  role: "system" | "user" | "assistant";
  content: string;
}

export interface GenerateInput {
  messages: readonly ChatMessage[];
  /** Text of this answer that was shown already; what is generated continues it, beginning with its next character. */
  prefix: string;
  maxNewTokens: number;
}

/** A piece of the answer; `tokens` counts those generated so far, this piece's included. */
export type OnText = (text: string, tokens: number) => void;

export interface Generated {
  tokens: number;
  finish: "stop" | "length" | "aborted";
  /** From the call to the first token. */
  firstTokenMs: number;
  /** From the first token to the last: the engine's own speed. Null for fewer than two tokens. */
  tokensPerSecond: number | null;
}

/** Everything that can go wrong, told apart by what a person can do about it. */
export type EngineProblem =
  | "download-failed" // the host can't be reached, or the connection broke again and again
  | "model-missing" // the host answered, but hasn't got a file
  | "disk-full"
  | "weights-broken" // what came isn't what was promised, also after a second try
  | "out-of-memory"
  | "runtime-failed" // the runtime or a shader didn't load or compile
  | "device-lost"
  | "generation-failed"
  | "too-long" // the question alone is more than the model reads: nothing was generated
  | "aborted";

export class EngineError extends Error {
  readonly problem: EngineProblem;

  constructor(problem: EngineProblem, message: string) {
    super(message);
    this.name = "EngineError";
    this.problem = problem;
  }
}

/**
 * One model at a time. All methods reject with `EngineError`; an abort ends `load` with `aborted`, and ends
 * `generate` normally with `finish: "aborted"` and what was generated until then.
 * Nothing of one `generate` is left for the next: no cache of keys and values, no text.
 */
export interface Engine {
  /** Looks at the browser and its adapter. Loads nothing. */
  probe(): Promise<Probe>;
  load(input: LoadInput, onProgress: (progress: LoadProgress) => void, signal: AbortSignal): Promise<Loaded>;
  generate(input: GenerateInput, onText: OnText, signal: AbortSignal): Promise<Generated>;
  /** Frees the GPU and the memory; the files stay on the disk. */
  unload(): Promise<void>;
  /**
   * Calls back once when the GPU device is lost while a model is loaded, or the engine itself between two answers;
   * returns how to stop listening.
   */
  onLost(listener: (message: string) => void): () => void;
}

/** The weights on this disk. */
export interface WeightsOnDisk {
  /** Bytes kept, by model id. Parts of unfinished downloads count. */
  sizes(): Promise<ReadonlyMap<string, number>>;
  /** Frees the disk: of one model, or of all. */
  remove(modelId?: string): Promise<void>;
}
