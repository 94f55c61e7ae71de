import { expect, it } from "vitest";
import { createWeightsOnDisk } from "./disk";
import { FakeCache } from "./fakes";
import { CachePartStore } from "./part-store";
import { CACHE_NAME } from "./platform";

/** One origin's caches; only ours is looked at. */
class FakeCacheStorage implements CacheStorage {
  readonly caches = new Map<string, FakeCache>();

  async has(name: string): Promise<boolean> {
    return this.caches.has(name);
  }

  async open(name: string): Promise<Cache> {
    const cache = this.caches.get(name) ?? new FakeCache();
    this.caches.set(name, cache);
    return Object.assign(cache, { add: unused, addAll: unused, matchAll: unused });
  }

  async delete(name: string): Promise<boolean> {
    return this.caches.delete(name);
  }

  async keys(): Promise<string[]> {
    return [...this.caches.keys()];
  }

  async match(): Promise<Response | undefined> {
    return unused();
  }
}

async function unused(): Promise<never> {
  throw new Error("not used");
}

async function keep(storage: FakeCacheStorage, modelId: string, sizeBytes: number): Promise<void> {
  const store = new CachePartStore(await storage.open(CACHE_NAME));
  const file = { modelId, revision: "main", path: "onnx/model.onnx" };
  const manifest = { sizeBytes, partBytes: 10, version: null };
  await store.begin(file, manifest);
  await store.write(file, manifest, { index: 0, bytes: new Uint8Array(10) });
}

it("adds up what is kept of each model, unfinished downloads too, and frees it", async () => {
  const storage = new FakeCacheStorage();
  const disk = createWeightsOnDisk(storage);
  expect([...(await disk.sizes())]).toEqual([]);
  expect(await storage.keys()).toEqual([]);
  await keep(storage, "alice/small", 10);
  await keep(storage, "bob/large", 1_000);
  expect([...(await disk.sizes())]).toEqual([
    ["alice/small", 10],
    ["bob/large", 10],
  ]);
  await disk.remove("alice/small");
  expect([...(await disk.sizes())]).toEqual([["bob/large", 10]]);
  await disk.remove();
  expect(await storage.keys()).toEqual([]);
});

it("is empty where a browser has no caches", async () => {
  const disk = createWeightsOnDisk(undefined);
  expect([...(await disk.sizes())]).toEqual([]);
  await disk.remove();
});
