/** Figures that are asked for again and again while somebody looks: kept on show when an answer fails, marked as old. */
import { type Readable, Store } from "../lib/store";
import { ApiError } from "./request";

export type FeedState<T> =
  | { phase: "loading" }
  | { phase: "ready"; value: T; stale: boolean }
  | { phase: "failed"; message: string };

export interface FeedDeps<T> {
  ask: () => Promise<T>;
  /** How long what came is good for. `null`: nothing came yet. */
  everyMs: (value: T | null) => number;
  visible: () => boolean;
}

/** What a page does with its feeds, whatever they carry. */
export interface Follower {
  open(): void;
  close(): void;
  visibilityChanged(): void;
}

/** Asks one call at a time. Nothing is asked before `open`, after `close`, or while the page is hidden. */
export class Feed<T> implements Follower {
  readonly store = new Store<FeedState<T>>({ phase: "loading" });
  readonly #deps: FeedDeps<T>;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #asking: Promise<void> | null = null;
  #askAgain = false;
  /** Grows when the feed is opened or closed: an answer of before belongs to nobody. */
  #era = 0;
  #isOpen = false;

  constructor(deps: FeedDeps<T>) {
    this.#deps = deps;
  }

  get value(): T | null {
    const state = this.store.get();
    return state.phase === "ready" ? state.value : null;
  }

  open(): void {
    this.close();
    this.#isOpen = true;
    if (this.#deps.visible()) void this.refresh();
  }

  /** Forgets what was known: another person may be here next. */
  close(): void {
    clearTimeout(this.#timer);
    this.#era += 1;
    this.#isOpen = false;
    this.#asking = null;
    this.#askAgain = false;
    this.store.set({ phase: "loading" });
  }

  /** Asks now. A call that is under way may have missed what just happened, so another follows it. */
  async refresh(): Promise<void> {
    if (!this.#isOpen) return;
    if (this.#asking !== null) {
      this.#askAgain = true;
      return this.#asking;
    }
    clearTimeout(this.#timer);
    this.#asking = this.#ask();
    return this.#asking;
  }

  visibilityChanged(): void {
    clearTimeout(this.#timer);
    if (this.#deps.visible()) void this.refresh();
  }

  async #ask(): Promise<void> {
    const era = this.#era;
    do {
      this.#askAgain = false;
      await this.#askOnce(era);
    } while (this.#askAgain && era === this.#era);
    if (era !== this.#era) return;
    this.#asking = null;
    if (this.#deps.visible())
      this.#timer = setTimeout(() => void this.refresh(), this.#deps.everyMs(this.value));
  }

  async #askOnce(era: number): Promise<void> {
    try {
      const value = await this.#deps.ask();
      if (era === this.#era) this.store.set({ phase: "ready", value, stale: false });
    } catch (error) {
      if (era === this.#era) this.#failed(error);
    }
  }

  #failed(error: unknown): void {
    const known = this.store.get();
    if (known.phase === "ready") {
      if (!known.stale) this.store.set({ ...known, stale: true });
      return;
    }
    this.store.set({ phase: "failed", message: sentenceOf(error) });
  }
}

/** What a failed call says to the person. */
export function sentenceOf(error: unknown): string {
  return error instanceof ApiError ? error.message : "Something went wrong. Try again.";
}

/** The value of a feed's state, or null while there is none. */
export function known<T>(state: FeedState<T>): T | null {
  return state.phase === "ready" ? state.value : null;
}

/** Keeps feeds going while the page is seen, and at rest while it isn't. */
export function followVisibility(page: Document, feeds: readonly Follower[]): void {
  page.addEventListener("visibilitychange", () => {
    for (const feed of feeds) feed.visibilityChanged();
  });
}

/** Calls `changed` with the signed-in person's id whenever another one is here, and with null for nobody. */
export function onPersonChange<S>(
  session: Readable<S>,
  idOf: (state: S) => string | null | undefined,
  changed: (userId: string | null) => void,
): void {
  let before: string | null | undefined;
  const look = () => {
    const id = idOf(session.get());
    if (id === undefined || id === before) return;
    before = id;
    changed(id);
  };
  session.subscribe(look);
  look();
}
