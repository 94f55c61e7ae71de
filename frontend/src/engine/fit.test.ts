import { describe, expect, it } from "vitest";
import type { Adapter, Dtype, Model, ModelBuild } from "./engine";
import { judge } from "./fit";

const MB = 1e6;

function build(dtype: Dtype, more: Partial<ModelBuild> = {}): ModelBuild {
  const sizes = { downloadBytes: 500 * MB, memoryBytes: 1_200 * MB, largestBufferBytes: 200 * MB };
  return { dtype, files: ["config.json", `onnx/model_${dtype}.onnx`], ...sizes, ...more };
}

function model(...builds: ModelBuild[]): Model {
  const names = { id: "alice/small", name: "Small", about: "Answers.", revision: "main", license: "MIT" };
  return { ...names, contextTokens: 2048, maxNewTokens: 512, builds };
}

const adapter: Adapter = {
  description: "apple metal-3",
  software: false,
  shaderF16: true,
  maxBufferBytes: 4_000 * MB,
  maxBindingBytes: 4_000 * MB,
  deviceMemoryBytes: 8 * 1024 ** 3,
};

describe("choosing a build", () => {
  const all = model(build("fp32"), build("q4"), build("fp16"), build("q4f16"));

  it.each<[string, Model, Partial<Adapter>, Dtype | null]>([
    ["half floats where the adapter has them", all, {}, "q4f16"],
    ["q4 where it hasn't", all, { shaderF16: false }, "q4"],
    ["fp16 when there's no q4f16", model(build("q4"), build("fp16")), {}, "fp16"],
    ["full floats as the last", model(build("fp32"), build("fp16")), { shaderF16: false }, "fp32"],
    ["none of half floats without shaders for them", model(build("q4f16")), { shaderF16: false }, null],
    [
      "the next when the best is too large for the GPU's buffers",
      model(build("fp16", { largestBufferBytes: 900 * MB }), build("q4")),
      { maxBindingBytes: 300 * MB },
      "q4",
    ],
    ["nothing above the binding limit", all, { maxBindingBytes: 128 * MB }, null],
    ["nothing above the buffer limit", all, { maxBufferBytes: 128 * MB }, null],
    ["nothing above the device's memory", all, { deviceMemoryBytes: 1024 ** 3 }, null],
    ["it all the same where the memory isn't told", all, { deviceMemoryBytes: null }, "q4f16"],
    [
      "it where the browser tells no more than it ever does",
      model(build("q4f16", { memoryBytes: 12_000 * MB })),
      {},
      "q4f16",
    ],
  ])("takes %s", (_name, candidate, given, dtype) => {
    const { build: chosen, why } = judge(candidate, { ...adapter, ...given });
    expect(chosen?.dtype ?? null).toBe(dtype);
    expect(why === null).toBe(chosen !== null);
  });

  it.each<[Partial<Adapter>, string]>([
    [{ maxBufferBytes: 128 * MB }, "Small needs GPU buffers of 200 MB; this GPU allows 128 MB."],
    [{ deviceMemoryBytes: 1e9 }, "Small needs about 1.2 GB of memory; this device has 1.0 GB."],
  ])("says why nothing fits: %o", (given, why) => {
    expect(judge(all, { ...adapter, ...given })).toEqual({ build: null, why });
  });

  it("says that shaders are missing", () => {
    const { why } = judge(model(build("q4f16")), { ...adapter, shaderF16: false });
    expect(why).toBe("Small needs half-precision shaders, which this GPU or browser lacks.");
  });
});
