/** Looks at the browser's GPU. Runs on the page and loads nothing. */
import type { Adapter, Probe } from "./engine";

const ADAPTER_TIMEOUT_MS = 10_000;
const SOFTWARE = /swiftshader|llvmpipe|lavapipe|softpipe|basic render|software/i;
const GIB = 1024 ** 3;

/** What we read of a `GPUAdapter`. Older browsers have `isFallbackAdapter` on the adapter itself. */
export interface AdapterLike {
  readonly info?: Partial<
    Readonly<Record<"vendor" | "architecture" | "device" | "description", string>> & {
      readonly isFallbackAdapter: boolean;
    }
  >;
  readonly isFallbackAdapter?: boolean;
  readonly features: { has(name: string): boolean };
  readonly limits: Readonly<Record<"maxBufferSize" | "maxStorageBufferBindingSize", number>>;
}

/** What we read of the page; tests bring their own. */
export interface ProbePlatform {
  secure: boolean;
  gpu: {
    requestAdapter(options: { powerPreference: "high-performance" }): Promise<AdapterLike | null>;
  } | null;
  /** GiB, rounded by the browser. */
  deviceMemoryGib: number | null;
}

export async function probe(platform: ProbePlatform = pagePlatform()): Promise<Probe> {
  if (!platform.secure) return { type: "unusable", reason: "insecure" };
  if (platform.gpu === null) return { type: "unusable", reason: "no-webgpu" };
  const adapter = await within(
    ADAPTER_TIMEOUT_MS,
    platform.gpu.requestAdapter({ powerPreference: "high-performance" }),
  );
  if (adapter === null) return { type: "unusable", reason: "no-adapter" };
  return { type: "usable", adapter: describe(adapter, platform.deviceMemoryGib) };
}

function describe(adapter: AdapterLike, deviceMemoryGib: number | null): Adapter {
  const { vendor, architecture, device, description } = adapter.info ?? {};
  const names = [vendor, architecture, device, description].filter(
    (name) => name !== undefined && name !== "",
  );
  const fallback = adapter.info?.isFallbackAdapter ?? adapter.isFallbackAdapter ?? false;
  return {
    description: names.join(" "),
    software: fallback || names.some((name) => SOFTWARE.test(name ?? "")),
    shaderF16: adapter.features.has("shader-f16"),
    maxBufferBytes: adapter.limits.maxBufferSize,
    maxBindingBytes: adapter.limits.maxStorageBufferBindingSize,
    deviceMemoryBytes: deviceMemoryGib === null ? null : deviceMemoryGib * GIB,
  };
}

/** Null when it fails or takes too long: a driver that hangs is no adapter. */
function within<T>(ms: number, promise: Promise<T | null>): Promise<T | null> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(null), ms);
    promise
      .catch(() => null)
      .then((value) => {
        clearTimeout(timer);
        resolve(value);
      });
  });
}

function pagePlatform(): ProbePlatform {
  const memory = "deviceMemory" in navigator ? navigator.deviceMemory : null;
  return {
    secure: globalThis.isSecureContext,
    gpu: "gpu" in navigator && navigator.gpu !== undefined ? navigator.gpu : null,
    deviceMemoryGib: typeof memory === "number" ? memory : null,
  };
}
