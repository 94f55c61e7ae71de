import type { Decoder } from "./decode";

/** What we need of `localStorage` and `sessionStorage`. */
export interface KeyValue {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

/** Reads what an earlier page left. Anything missing, foreign or blocked by the browser is `null`. */
export function readStored<T>(storage: KeyValue, key: string, decode: Decoder<T>): T | null {
  try {
    const text = storage.getItem(key);
    return text === null ? null : decode(JSON.parse(text), key);
  } catch {
    return null;
  }
}

/** Writes a value, or removes it when `null`. A full or blocked storage costs comfort, not the message. */
export function writeStored(storage: KeyValue, key: string, value: object | string | true | null): void {
  try {
    if (value === null) storage.removeItem(key);
    else storage.setItem(key, JSON.stringify(value));
  } catch {
    // Nothing to do: private windows may refuse storage.
  }
}

/** Storage that a browser denies altogether throws on the mere access of the property. */
export function safeStorage(kind: "localStorage" | "sessionStorage"): KeyValue {
  try {
    return window[kind];
  } catch {
    return new MemoryStorage();
  }
}

export class MemoryStorage implements KeyValue {
  readonly #values = new Map<string, string>();

  getItem(key: string): string | null {
    return this.#values.get(key) ?? null;
  }

  setItem(key: string, value: string): void {
    this.#values.set(key, value);
  }

  removeItem(key: string): void {
    this.#values.delete(key);
  }
}
