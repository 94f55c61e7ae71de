import type { WeightsOnDisk } from "../engine";
import { entryOf } from "./part-store";
import { CACHE_NAME } from "./platform";

/** The page's view of the store. Nothing is loaded or created by looking; no storage counts as an empty one. */
export function createWeightsOnDisk(storage: CacheStorage | undefined = globalThis.caches): WeightsOnDisk {
  return {
    async sizes() {
      const sizes = new Map<string, number>();
      for (const { modelId, bytes } of await entries(storage)) {
        if (bytes > 0) sizes.set(modelId, (sizes.get(modelId) ?? 0) + bytes);
      }
      return sizes;
    },
    async remove(modelId) {
      if (storage === undefined) return;
      if (modelId === undefined) {
        await storage.delete(CACHE_NAME);
        return;
      }
      const cache = await storage.open(CACHE_NAME);
      for (const key of await cache.keys()) {
        if (entryOf(key.url)?.modelId === modelId) await cache.delete(key);
      }
    },
  };
}

async function entries(storage: CacheStorage | undefined): Promise<{ modelId: string; bytes: number }[]> {
  try {
    if (storage === undefined || !(await storage.has(CACHE_NAME))) return [];
    const keys = await (await storage.open(CACHE_NAME)).keys();
    return keys.map((key) => entryOf(key.url)).filter((entry) => entry !== null);
  } catch {
    return []; // A private window that keeps nothing.
  }
}
