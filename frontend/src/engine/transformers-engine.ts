/** Runs a model with transformers.js on WebGPU. Lives in the worker; one model for the worker's whole life. */
import type { PreTrainedModel, PreTrainedTokenizer, Tensor, TextStreamer } from "@huggingface/transformers";
import wasmUrl from "onnxruntime-web/ort-wasm-simd-threaded.asyncify.wasm?url";
import {
  EngineError,
  type Generated,
  type GenerateInput,
  type Loaded,
  type LoadInput,
  type LoadProgress,
  type OnText,
} from "./engine";
import { modelFetch, REMOTE_HOST, REMOTE_PATH } from "./model-fetch";
import { begun, fitPrompt, type Prompt, promptTokens } from "./prompt";
import { engineErrorOf } from "./runtime-problem";
import { splitPrefix, TextPieces } from "./text-pieces";
import { WARM_UP } from "./warm-up";
import { abortedError, browserWeights, throwIfAborted } from "./weights/platform";
import { prepareWeights, type Weights } from "./weights/weights";

const RUNTIME_TIMEOUT_MS = 180_000;
/** A run that fails because the device is gone may fail before the browser says so. */
const LOST_GRACE_MS = 500;

type Library = typeof import("@huggingface/transformers");

interface LoadHooks {
  onProgress: (progress: LoadProgress) => void;
  onLost: (message: string) => void;
  signal: AbortSignal;
}

export class TransformersEngine {
  #disposing = false;
  /** Resolves to why the device was lost. */
  #lost: Promise<string> = new Promise(() => undefined);

  private constructor(
    readonly library: Library,
    readonly tokenizer: PreTrainedTokenizer,
    readonly model: PreTrainedModel,
    readonly contextTokens: number,
  ) {}

  /** Rejects with `EngineError`; nothing can be loaded by this worker afterwards. */
  static async load(
    input: LoadInput,
    { onProgress, onLost, signal }: LoadHooks,
  ): Promise<{ engine: TransformersEngine; loaded: Loaded }> {
    const weights = await prepareWeights(input, onProgress, { signal, platform: browserWeights });
    const runtime = await loadRuntime(signal);
    const { tokenizer, model } = await build(runtime, input, weights, onProgress, signal);
    const engine = new TransformersEngine(runtime.library, tokenizer, model, input.model.contextTokens);
    await engine.#watch(onLost);
    await engine.generate(WARM_UP, () => undefined, signal);
    throwIfAborted(signal);
    return { engine, loaded: { fromCache: weights.fromCache, totalBytes: weights.totalBytes } };
  }

  /** Each call begins with nothing: keys and values are made for it, and freed at its end. */
  async generate(input: GenerateInput, onText: OnText, signal: AbortSignal): Promise<Generated> {
    const { given, withheld } = splitPrefix(input.prefix);
    const prompt = fitPrompt(
      { messages: input.messages, prefix: given },
      promptTokens(input.maxNewTokens, this.contextTokens),
      (candidate) => this.#encode(this.#render(candidate).text).length,
    );
    if (prompt === null) throw new EngineError("too-long", "The question is more than this model reads.");
    const { text, opened } = this.#render(prompt);
    const tokens = this.#encode(text);
    const maxNewTokens = Math.min(input.maxNewTokens, this.contextTokens - tokens.length);
    const pieces = new TextPieces((ids) => this.#decode(ids), {
      before: input.prefix === "" ? [] : tokens,
      withheld,
    });
    const run = new Run(pieces, onText);
    const stopping = new this.library.InterruptableStoppingCriteria();
    const abort = () => stopping.interrupt();
    signal.addEventListener("abort", abort, { once: true });
    try {
      if (signal.aborted) return run.result({ aborted: true, ended: false, maxNewTokens });
      if (opened !== "") onText(opened, 0);
      await this.model.generate({
        ...this.#inputs(tokens),
        max_new_tokens: maxNewTokens,
        stopping_criteria: stopping,
        streamer: this.#streamer(run),
      });
    } catch (error) {
      throw await this.#explain(error);
    } finally {
      signal.removeEventListener("abort", abort);
    }
    return run.result({ aborted: signal.aborted, ended: this.#isEnd(run.lastToken), maxNewTokens });
  }

  async dispose(): Promise<void> {
    this.#disposing = true;
    await this.model.dispose();
  }

  async #watch(onLost: (message: string) => void): Promise<void> {
    const device = await this.library.env.backends.onnx.webgpu?.device;
    if (device === undefined) return;
    this.#lost = device.lost.then(({ message, reason }) => (message === "" ? reason : message));
    void this.#lost.then((message) => {
      if (!this.#disposing) onLost(message);
    });
  }

  async #explain(error: unknown): Promise<EngineError> {
    const grace = new Promise<null>((resolve) => setTimeout(() => resolve(null), LOST_GRACE_MS));
    const lost = await Promise.race([this.#lost, grace]);
    return lost === null ? engineErrorOf(error, "generation-failed") : new EngineError("device-lost", lost);
  }

  #render({ messages, prefix }: Prompt): ReturnType<typeof begun> {
    const rendered = this.tokenizer.apply_chat_template([...messages], {
      add_generation_prompt: true,
      tokenize: false,
    });
    return begun(rendered, prefix);
  }

  /** The template writes its own special tokens, so the tokenizer must add none: two beginnings confuse a model. */
  #encode(text: string): bigint[] {
    return this.tokenizer.encode(text, { add_special_tokens: false }).map(BigInt);
  }

  #inputs(tokens: readonly bigint[]): { input_ids: Tensor; attention_mask: Tensor } {
    const { Tensor } = this.library;
    const shape = [1, tokens.length];
    return {
      input_ids: new Tensor("int64", BigInt64Array.from(tokens), shape),
      attention_mask: new Tensor("int64", new BigInt64Array(tokens.length).fill(1n), shape),
    };
  }

  #streamer(run: Run): TextStreamer {
    const streamer = new this.library.TextStreamer(this.tokenizer);
    let prompt = true;
    streamer.put = ([tokens = []]) => {
      // The first call repeats the prompt.
      if (!prompt) for (const token of tokens) run.take(token);
      prompt = false;
    };
    streamer.end = () => run.end();
    return streamer;
  }

  #decode(tokens: readonly bigint[]): string {
    if (tokens.length === 0) return "";
    return this.tokenizer.decode([...tokens], {
      skip_special_tokens: true,
      clean_up_tokenization_spaces: false,
    });
  }

  #isEnd(token: bigint | null): boolean {
    const ends = [this.model.generation_config?.eos_token_id].flat();
    return token !== null && ends.some((end) => end !== null && end !== undefined && BigInt(end) === token);
  }
}

interface Ending {
  aborted: boolean;
  ended: boolean;
  maxNewTokens: number;
}

/** What one `generate` has produced so far. */
class Run {
  readonly #startMs = performance.now();
  #firstMs: number | null = null;
  #lastMs = 0;
  #tokens = 0;
  lastToken: bigint | null = null;

  constructor(
    readonly pieces: TextPieces,
    readonly onText: OnText,
  ) {}

  result({ aborted, ended, maxNewTokens }: Ending): Generated {
    const firstMs = this.#firstMs ?? performance.now();
    const seconds = (this.#lastMs - firstMs) / 1_000;
    // A model that stops before its limit has ended, also when it doesn't name the token by which it does.
    const full = this.#tokens >= maxNewTokens;
    return {
      tokens: this.#tokens,
      finish: ended ? "stop" : aborted ? "aborted" : full ? "length" : "stop",
      firstTokenMs: firstMs - this.#startMs,
      tokensPerSecond: this.#tokens >= 2 && seconds > 0 ? (this.#tokens - 1) / seconds : null,
    };
  }

  take(token: bigint): void {
    this.#lastMs = performance.now();
    this.#firstMs ??= this.#lastMs;
    this.#tokens += 1;
    this.lastToken = token;
    this.#tell(this.pieces.push(token));
  }

  end(): void {
    this.#tell(this.pieces.end());
  }

  #tell(text: string): void {
    if (text !== "") this.onText(text, this.#tokens);
  }
}

/** The library, and the binary that it runs. */
interface Runtime {
  library: Library;
  wasmBinary: ArrayBuffer;
}

async function loadRuntime(signal: AbortSignal): Promise<Runtime> {
  try {
    // The library would fetch the binary by itself, late, and fail in words of its own when it can't.
    const [library, wasmBinary] = await Promise.all([
      import("@huggingface/transformers"),
      fetchBinary(wasmUrl, signal),
    ]);
    return { library, wasmBinary };
  } catch (error) {
    if (signal.aborted) throw abortedError();
    throw engineErrorOf(error, "runtime-failed");
  }
}

async function fetchBinary(url: string, signal: AbortSignal): Promise<ArrayBuffer> {
  const limit = AbortSignal.any([signal, AbortSignal.timeout(RUNTIME_TIMEOUT_MS)]);
  const response = await fetch(url, { signal: limit });
  if (!response.ok) {
    throw new EngineError("runtime-failed", `The engine's runtime is missing (${response.status}).`);
  }
  return await response.arrayBuffer();
}

function configure({ library, wasmBinary }: Runtime, fetchModel: typeof fetch): void {
  const { env, LogLevel } = library;
  // When a run fails, the library would write its inputs into the console: somebody's conversation.
  env.logLevel = LogLevel.NONE;
  env.fetch = fetchModel;
  env.remoteHost = REMOTE_HOST;
  env.remotePathTemplate = REMOTE_PATH;
  env.allowLocalModels = false;
  env.useBrowserCache = false;
  env.useWasmCache = false;
  const { wasm } = env.backends.onnx;
  if (wasm === undefined) throw new EngineError("runtime-failed", "The runtime lacks WebAssembly.");
  // Its script is in the bundle. Unset, the library's paths name a public host for both.
  delete wasm.wasmPaths;
  wasm.wasmBinary = wasmBinary;
  wasm.numThreads = 1;
  wasm.proxy = false;
}

async function build(
  runtime: Runtime,
  { model: { id }, build: { dtype } }: LoadInput,
  weights: Weights,
  onProgress: (progress: LoadProgress) => void,
  signal: AbortSignal,
): Promise<{ tokenizer: PreTrainedTokenizer; model: PreTrainedModel }> {
  const { fromCache, totalBytes } = weights;
  let loadedBytes = 0;
  let allRead = false;
  const tellReading = () => onProgress({ phase: "reading", loadedBytes, totalBytes, fromCache });
  tellReading();
  const source = modelFetch(weights, {
    onBytes(bytes) {
      loadedBytes += bytes;
      // A small file may come after the weights; there is no way back to an earlier phase.
      if (!allRead) tellReading();
    },
    onAllRead() {
      allRead = true;
      onProgress({ phase: "compiling", fromCache });
    },
  });
  configure(runtime, source.fetch);
  const { library } = runtime;
  try {
    const making = (async () => {
      const tokenizer = await library.AutoTokenizer.from_pretrained(id);
      // With a callback the library reads a file straight into its place; without one it has it in memory twice.
      const options = { dtype, device: "webgpu", progress_callback: () => undefined } as const;
      const model = await library.AutoModelForCausalLM.from_pretrained(id, options);
      return { tokenizer, model };
    })();
    // The library never settles when reading external data fails.
    return await Promise.race([making, source.failed]);
  } catch (error) {
    if (signal.aborted) throw abortedError();
    const problem = engineErrorOf(error, "runtime-failed");
    if (problem.problem === "weights-broken") await weights.forget();
    throw problem;
  }
}
