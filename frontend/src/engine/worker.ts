/** The worker's side of the protocol: commands in, events out. Small until a model is to be loaded. */
import { assertNever } from "../lib/never";
import { EngineError, type GenerateInput, type LoadInput } from "./engine";
import type { Command, EngineEvent } from "./protocol";
import { engineErrorOf } from "./runtime-problem";
import type { TransformersEngine } from "./transformers-engine";

let engine: TransformersEngine | null = null;
/** What runs now; an abort is looked up here. */
const running = new Map<number, AbortController>();

function tell(event: EngineEvent): void {
  globalThis.postMessage(event);
}

globalThis.addEventListener("message", ({ data }: MessageEvent<Command>) => {
  switch (data.type) {
    case "load":
      void answer(data.id, (signal) => load(data.id, data.input, signal));
      return;
    case "generate":
      void answer(data.id, (signal) => generate(data.id, data.input, signal));
      return;
    case "unload":
      void answer(data.id, () => unload(data.id));
      return;
    case "abort":
      running.get(data.id)?.abort();
      return;
    default:
      assertNever(data);
  }
});

async function answer(id: number, work: (signal: AbortSignal) => Promise<void>): Promise<void> {
  const controller = new AbortController();
  running.set(id, controller);
  try {
    await work(controller.signal);
  } catch (error) {
    const { problem, message } = engineErrorOf(error, "runtime-failed");
    tell({ type: "failed", id, problem, message });
  } finally {
    running.delete(id);
  }
}

async function load(id: number, input: LoadInput, signal: AbortSignal): Promise<void> {
  const { TransformersEngine } = await import("./transformers-engine");
  const made = await TransformersEngine.load(input, {
    onProgress: (progress) => tell({ type: "progress", id, progress }),
    onLost: (message) => tell({ type: "lost", message }),
    signal,
  });
  engine = made.engine;
  tell({ type: "loaded", id, loaded: made.loaded });
}

async function generate(id: number, input: GenerateInput, signal: AbortSignal): Promise<void> {
  if (engine === null) throw new EngineError("generation-failed", "No model is loaded.");
  const generated = await engine.generate(
    input,
    (text, tokens) => tell({ type: "text", id, text, tokens }),
    signal,
  );
  tell({ type: "generated", id, generated });
}

async function unload(id: number): Promise<void> {
  await engine?.dispose();
  engine = null;
  tell({ type: "unloaded", id });
}
