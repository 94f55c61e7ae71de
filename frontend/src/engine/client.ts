/** The page's side of the engine: a worker that is made at the first load and ended with the model. */
import { assertNever } from "../lib/never";
import { afterRunning } from "../lib/watchdog";
import {
  type Engine,
  EngineError,
  type EngineProblem,
  type Generated,
  type GenerateInput,
  type Loaded,
  type LoadInput,
  type LoadProgress,
  type OnText,
} from "./engine";
import { probe } from "./probe";
import type { Command, EngineEvent } from "./protocol";

/** The worker tells of something at least so often; otherwise it hangs. Compiling is one long silence. */
const LOAD_SILENCE_MS = 120_000;
const COMPILE_SILENCE_MS = 300_000;
const GENERATE_SILENCE_MS = 60_000;
/** How long an aborted request may take to end before its worker is ended. */
const LOAD_ABORT_MS = 250;
const GENERATE_ABORT_MS = 30_000;
const UNLOAD_MS = 3_000;

export function createEngine(): Engine {
  return new WorkerEngine();
}

/** A request that has no answer yet. */
interface Pending {
  settle(event: EngineEvent): boolean;
  reject(error: EngineError): void;
  /** What it means for this request when the worker breaks. */
  onBreak: EngineProblem;
  silenceMs: number;
  cancelWatchdog: () => void;
}

interface Limits {
  signal: AbortSignal;
  onBreak: EngineProblem;
  onAbort: EngineProblem;
  silenceMs: number;
  abortMs: number;
}

type Answer<T> = { done: false } | { done: true; value: T };

class WorkerEngine implements Engine {
  #worker: Worker | null = null;
  #nextId = 1;
  #loaded = false;
  readonly #pending = new Map<number, Pending>();
  readonly #lostListeners = new Set<(message: string) => void>();

  readonly probe = probe;

  async load(
    input: LoadInput,
    onProgress: (progress: LoadProgress) => void,
    signal: AbortSignal,
  ): Promise<Loaded> {
    if (signal.aborted) throw stopped();
    await this.unload();
    askToPersist();
    const worker = this.#start();
    const read = (event: EngineEvent, pending: Pending): Answer<Loaded> => {
      if (event.type === "progress") {
        if (event.progress.phase === "compiling") pending.silenceMs = COMPILE_SILENCE_MS;
        onProgress(event.progress);
      }
      return event.type === "loaded" ? { done: true, value: event.loaded } : { done: false };
    };
    try {
      const loaded = await this.#request((id) => ({ type: "load", id, input }), read, {
        signal,
        onBreak: "runtime-failed",
        onAbort: "aborted",
        silenceMs: LOAD_SILENCE_MS,
        abortMs: LOAD_ABORT_MS,
      });
      this.#loaded = true;
      return loaded;
    } catch (error) {
      // Whatever is half loaded in it, another load begins with a fresh worker.
      this.#end(worker);
      throw error;
    }
  }

  async generate(input: GenerateInput, onText: OnText, signal: AbortSignal): Promise<Generated> {
    const worker = this.#worker;
    if (worker === null || !this.#loaded) throw new EngineError("generation-failed", "No model is loaded.");
    if (this.#pending.size > 0) throw new EngineError("generation-failed", "One answer at a time.");
    const read = (event: EngineEvent): Answer<Generated> => {
      if (event.type === "text") onText(event.text, event.tokens);
      return event.type === "generated" ? { done: true, value: event.generated } : { done: false };
    };
    try {
      return await this.#request((id) => ({ type: "generate", id, input }), read, {
        signal,
        onBreak: "generation-failed",
        onAbort: "generation-failed",
        silenceMs: GENERATE_SILENCE_MS,
        abortMs: GENERATE_ABORT_MS,
      });
    } catch (error) {
      // The runtime refuses everything after one failed run.
      this.#end(worker);
      throw error;
    }
  }

  async unload(): Promise<void> {
    const worker = this.#worker;
    if (worker === null) return;
    if (this.#loaded && this.#pending.size === 0) await this.#dispose();
    this.#end(worker);
  }

  onLost(listener: (message: string) => void): () => void {
    this.#lostListeners.add(listener);
    return () => this.#lostListeners.delete(listener);
  }

  /** Lets the worker free the GPU by itself. When it can't, ending it frees everything as well. */
  async #dispose(): Promise<void> {
    this.#loaded = false;
    const read = (event: EngineEvent): Answer<true> =>
      event.type === "unloaded" ? { done: true, value: true } : { done: false };
    const limits: Limits = {
      signal: new AbortController().signal,
      onBreak: "runtime-failed",
      onAbort: "aborted",
      silenceMs: UNLOAD_MS,
      abortMs: UNLOAD_MS,
    };
    await this.#request((id) => ({ type: "unload", id }), read, limits).catch(() => undefined);
  }

  #start(): Worker {
    const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
    worker.addEventListener("message", ({ data }: MessageEvent<EngineEvent>) => this.#receive(worker, data));
    worker.addEventListener("error", () => this.#break(worker));
    worker.addEventListener("messageerror", () => this.#break(worker));
    this.#worker = worker;
    return worker;
  }

  /** What was asked of it fails; where nothing was, nobody would know that the model is gone. */
  #break(worker: Worker): void {
    const message = "The engine stopped working.";
    if (this.#pending.size === 0) this.#lose(worker, message);
    else this.#end(worker, (onBreak) => new EngineError(onBreak, message));
  }

  #receive(worker: Worker, event: EngineEvent): void {
    if (worker !== this.#worker) return;
    switch (event.type) {
      case "lost":
        this.#lose(worker, event.message);
        return;
      case "failed":
        this.#take(event.id)?.reject(new EngineError(event.problem, event.message));
        return;
      case "progress":
      case "text":
      case "loaded":
      case "generated":
      case "unloaded": {
        const pending = this.#pending.get(event.id);
        if (pending?.settle(event) === true) this.#take(event.id);
        return;
      }
      default:
        assertNever(event);
    }
  }

  #lose(worker: Worker, message: string): void {
    const wasLoaded = this.#loaded && worker === this.#worker;
    this.#end(worker, () => new EngineError("device-lost", message));
    if (wasLoaded) for (const listener of [...this.#lostListeners]) listener(message);
  }

  /** Ends a worker, and with it what was asked of it. */
  #end(worker: Worker, errorOf: (onBreak: EngineProblem) => EngineError = stopped): void {
    worker.terminate();
    if (worker !== this.#worker) return;
    this.#worker = null;
    this.#loaded = false;
    for (const id of [...this.#pending.keys()]) {
      const pending = this.#take(id);
      pending?.reject(errorOf(pending.onBreak));
    }
  }

  #take(id: number): Pending | undefined {
    const pending = this.#pending.get(id);
    pending?.cancelWatchdog();
    this.#pending.delete(id);
    return pending;
  }

  #request<T>(
    commandOf: (id: number) => Command,
    read: (event: EngineEvent, pending: Pending) => Answer<T>,
    { signal, onBreak, onAbort, silenceMs, abortMs }: Limits,
  ): Promise<T> {
    const id = this.#nextId;
    this.#nextId += 1;
    return new Promise<T>((resolve, reject) => {
      const watch = (ms: number, problem: EngineProblem, message: string) => {
        pending.cancelWatchdog();
        const giveUp = () => this.#take(id)?.reject(new EngineError(problem, message));
        pending.cancelWatchdog = afterRunning(ms, giveUp);
      };
      const keepWatching = () => watch(pending.silenceMs, onBreak, "The engine doesn't answer any more.");
      const abort = () => {
        this.#send({ type: "abort", id });
        watch(abortMs, onAbort, "It was stopped.");
      };
      const settled = () => signal.removeEventListener("abort", abort);
      const pending: Pending = {
        settle: (event) => {
          const answer = read(event, pending);
          if (!answer.done) {
            if (!signal.aborted) keepWatching();
            return false;
          }
          settled();
          resolve(answer.value);
          return true;
        },
        reject: (error) => {
          settled();
          reject(error);
        },
        onBreak,
        silenceMs,
        cancelWatchdog: () => undefined,
      };
      this.#pending.set(id, pending);
      keepWatching();
      this.#send(commandOf(id));
      if (signal.aborted) abort();
      else signal.addEventListener("abort", abort, { once: true });
    });
  }

  #send(command: Command): void {
    this.#worker?.postMessage(command);
  }
}

function stopped(): EngineError {
  return new EngineError("aborted", "It was stopped.");
}

/** Asks that the weights be kept when the disk gets full. Workers can't ask; whatever the answer, we go on. */
function askToPersist(): void {
  void navigator.storage
    ?.persisted?.()
    .then((persisted) => persisted || navigator.storage.persist())
    .catch(() => undefined);
}
