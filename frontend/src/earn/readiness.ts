/** What this browser can do, before anything large is fetched. */
import type { Adapter, Model, ModelBuild, Probe } from "../engine/engine";
import { string } from "../lib/decode";
import { assertNever } from "../lib/never";
import { type KeyValue, readStored, writeStored } from "../lib/storage";
import { type Problem, problem } from "./problems";

/** A model of the catalogue, judged for this browser's adapter. */
export interface ModelChoice {
  model: Model;
  /** What would be loaded, or null when nothing of it fits. */
  build: ModelBuild | null;
  /** One sentence, where it doesn't fit. */
  why: string | null;
  recommended: boolean;
}

/** What this browser can do, known as soon as the page has asked; no engine is loaded for it. */
export type Readiness =
  | { phase: "asking" }
  | { phase: "unusable"; probe: Probe; problem: Problem }
  | { phase: "usable"; choices: readonly ModelChoice[]; chosenId: string };

const CHOSEN_KEY = "ashao.model";

/** Which build of a model suits an adapter, or one sentence why none does. */
export type Judge = (model: Model, adapter: Adapter) => { build: ModelBuild | null; why: string | null };

interface Settings {
  models: readonly Model[];
  allowSoftwareAdapter: boolean;
}

export function readinessOf(probe: Probe, settings: Settings, judge: Judge, storage: KeyValue): Readiness {
  const trouble = troubleWith(probe, settings);
  if (trouble !== null || probe.type === "unusable") {
    return { phase: "unusable", probe, problem: trouble ?? problem("no-adapter") };
  }
  const choices = judged(settings.models, probe.adapter, judge);
  const fitting = choices.filter((choice) => choice.build !== null);
  const remembered = readStored(storage, CHOSEN_KEY, string);
  const chosen =
    fitting.find((choice) => choice.model.id === remembered) ?? fitting.find((choice) => choice.recommended);
  if (chosen === undefined) return { phase: "unusable", probe, problem: problem("too-little-memory") };
  return { phase: "usable", choices, chosenId: chosen.model.id };
}

export function rememberChoice(storage: KeyValue, modelId: string): void {
  writeStored(storage, CHOSEN_KEY, modelId);
}

function troubleWith(probe: Probe, { allowSoftwareAdapter }: Settings): Problem | null {
  switch (probe.type) {
    case "unusable":
      return problem(probe.reason);
    case "usable":
      return probe.adapter.software && !allowSoftwareAdapter ? problem("software-adapter") : null;
    default:
      return assertNever(probe);
  }
}

/** The settings name the models in the order of preference: the first that fits is recommended. */
function judged(models: readonly Model[], adapter: Adapter, judge: Judge): ModelChoice[] {
  const judgements = models.map((model) => ({ model, ...judge(model, adapter) }));
  const best = judgements.find(({ build }) => build !== null)?.model.id;
  return judgements.map(({ model, build, why }) => ({ model, build, why, recommended: model.id === best }));
}
