/** The parts of the answer's text that are loaded when they are needed. Until then, and without them, text is plain. */
import { type Readable, Store } from "../../lib/store";
import type { formula } from "./formula";
import type { highlight } from "./highlight";
import type { grow, whole } from "./live";

export class Library<T> implements Readable<T | null> {
  readonly #store = new Store<T | null>(null);
  readonly #load: () => Promise<T>;
  #asked = false;

  constructor(load: () => Promise<T>) {
    this.#load = load;
  }

  readonly get = (): T | null => this.#store.get();

  /** Whoever watches wants it. */
  readonly subscribe = (listener: () => void): (() => void) => {
    void this.want();
    return this.#store.subscribe(listener);
  };

  async want(): Promise<void> {
    if (this.#asked) return;
    this.#asked = true;
    try {
      this.#store.set(await this.#load());
    } catch {
      this.#asked = false; // Not reached: the next one that needs it tries again.
    }
  }
}

interface Reader {
  grow: typeof grow;
  whole: typeof whole;
}

export const reader = new Library<Reader>(() => import("./live"));
export const highlighter = new Library<{ highlight: typeof highlight }>(() => import("./highlight"));
export const formulas = new Library<{ formula: typeof formula }>(() => import("./formula"));
