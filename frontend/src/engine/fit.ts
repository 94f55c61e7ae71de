/** Which build of a model suits an adapter, if any. Pure. */
import type { Adapter, Dtype, Model, ModelBuild } from "./engine";

/** The best first. Half floats need `shader-f16`: without it such a build loads, and fails at its first run. */
const WITH_F16: readonly Dtype[] = ["q4f16", "fp16", "q4", "fp32"];
const WITHOUT_F16: readonly Dtype[] = ["q4", "fp32"];
/** Browsers round the machine's memory down and tell no more than this, whatever the machine has. */
const MOST_TOLD_BYTES = 8 * 1024 ** 3;

export interface Judgement {
  /** What would be loaded, or null when nothing of it fits. */
  build: ModelBuild | null;
  /** One sentence, where nothing fits. */
  why: string | null;
}

export function judge(model: Model, adapter: Adapter): Judgement {
  const order = adapter.shaderF16 ? WITH_F16 : WITHOUT_F16;
  const builds = order.flatMap((dtype) => model.builds.filter((build) => build.dtype === dtype));
  const [best] = builds;
  if (best === undefined) {
    return {
      build: null,
      why: `${model.name} needs half-precision shaders, which this GPU or browser lacks.`,
    };
  }
  const build = builds.find((candidate) => objection(model, candidate, adapter) === null);
  if (build !== undefined) return { build, why: null };
  return { build: null, why: objection(model, best, adapter) };
}

function objection(model: Model, build: ModelBuild, adapter: Adapter): string | null {
  const room = Math.min(adapter.maxBufferBytes, adapter.maxBindingBytes);
  if (build.largestBufferBytes > room) {
    return `${model.name} needs GPU buffers of ${size(build.largestBufferBytes)}; this GPU allows ${size(room)}.`;
  }
  const memory = adapter.deviceMemoryBytes;
  if (memory !== null && memory < MOST_TOLD_BYTES && build.memoryBytes > memory) {
    return `${model.name} needs about ${size(build.memoryBytes)} of memory; this device has ${size(memory)}.`;
  }
  return null;
}

function size(bytes: number): string {
  return bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : `${Math.max(1, Math.round(bytes / 1e6))} MB`;
}
