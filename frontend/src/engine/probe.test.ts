import { afterEach, describe, expect, it, vi } from "vitest";
import { type AdapterLike, type ProbePlatform, probe } from "./probe";

const gpuAdapter: AdapterLike = {
  info: { vendor: "apple", architecture: "metal-3", device: "", description: "", isFallbackAdapter: false },
  features: { has: (name) => name === "shader-f16" },
  limits: { maxBufferSize: 4e9, maxStorageBufferBindingSize: 2e9 },
};

function platform(adapter: AdapterLike | null, more: Partial<ProbePlatform> = {}): ProbePlatform {
  return { secure: true, gpu: { requestAdapter: async () => adapter }, deviceMemoryGib: 8, ...more };
}

afterEach(() => void vi.useRealTimers());

describe("probing", () => {
  it("tells what the adapter can do", async () => {
    expect(await probe(platform(gpuAdapter))).toEqual({
      type: "usable",
      adapter: {
        description: "apple metal-3",
        software: false,
        shaderF16: true,
        maxBufferBytes: 4e9,
        maxBindingBytes: 2e9,
        deviceMemoryBytes: 8 * 1024 ** 3,
      },
    });
  });

  it.each<[string, Partial<AdapterLike>]>([
    ["by its info", { info: { vendor: "google", isFallbackAdapter: true } }],
    ["by the adapter, as older browsers say it", { info: { vendor: "google" }, isFallbackAdapter: true }],
    ["by its architecture", { info: { vendor: "google", architecture: "swiftshader" } }],
    ["by its description", { info: { vendor: "mesa", description: "llvmpipe (LLVM 15.0.6, 256 bits)" } }],
  ])("knows a software adapter %s", async (_name, more) => {
    const probed = await probe(platform({ ...gpuAdapter, ...more }));
    expect(probed).toMatchObject({ type: "usable", adapter: { software: true } });
  });

  it.each<[string, ProbePlatform]>([
    ["insecure", platform(gpuAdapter, { secure: false })],
    ["no-webgpu", platform(gpuAdapter, { gpu: null })],
    ["no-adapter", platform(null)],
    ["no-adapter", platform(null, { gpu: { requestAdapter: () => Promise.reject(new Error("no driver")) } })],
  ])("says %s", async (reason, given) => {
    expect(await probe(given)).toEqual({ type: "unusable", reason });
  });

  it("gives up on a driver that hangs", async () => {
    vi.useFakeTimers();
    const probed = probe(platform(null, { gpu: { requestAdapter: () => new Promise(() => undefined) } }));
    await vi.advanceTimersByTimeAsync(10_000);
    expect(await probed).toEqual({ type: "unusable", reason: "no-adapter" });
  });

  it("does without what a browser doesn't tell", async () => {
    const { info: _info, ...bare } = gpuAdapter;
    const probed = await probe(platform(bare, { deviceMemoryGib: null }));
    expect(probed).toMatchObject({ adapter: { description: "", software: false, deviceMemoryBytes: null } });
  });
});
