/** What the store of weights needs of the browser; tests bring their own. */
import { EngineError } from "../engine";

/** Files are kept as parts in the Cache API, under addresses that nobody serves. */
export type PartCache = Pick<Cache, "match" | "put" | "delete" | "keys">;

export interface WeightsPlatform {
  fetch(url: string, init: RequestInit): Promise<Response>;
  /** Rejects where the browser keeps nothing, as some private windows do. */
  openCache(): Promise<PartCache>;
  /** Null where the browser doesn't tell. */
  freeBytes(): Promise<number | null>;
  nowMs(): number;
  /** Calls back later; returns a way to call it off. */
  after(ms: number, callback: () => void): () => void;
}

export const CACHE_NAME = "ashao-models";

export const browserWeights: WeightsPlatform = {
  fetch: (url, init) => fetch(url, init),
  openCache: () => caches.open(CACHE_NAME),
  async freeBytes() {
    try {
      const { quota, usage } = await navigator.storage.estimate();
      return quota === undefined ? null : Math.max(0, quota - (usage ?? 0));
    } catch {
      return null;
    }
  },
  nowMs: () => performance.now(),
  after(ms, callback) {
    const timer = setTimeout(callback, ms);
    return () => clearTimeout(timer);
  },
};

/** Resolves after `ms`; rejects at once when it is aborted. */
export function pause(ms: number, signal: AbortSignal, platform: WeightsPlatform): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = () => {
      cancel();
      reject(abortedError());
    };
    const cancel = platform.after(ms, () => {
      signal.removeEventListener("abort", abort);
      resolve();
    });
    if (signal.aborted) abort();
    else signal.addEventListener("abort", abort, { once: true });
  });
}

export function abortedError(): EngineError {
  return new EngineError("aborted", "Loading was stopped.");
}

export function throwIfAborted(signal: AbortSignal): void {
  if (signal.aborted) throw abortedError();
}
