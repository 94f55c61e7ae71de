/** Finds conversations by words in their titles and texts, a moment after the last key. */
import type { Api } from "../../api/api";
import type { ConversationPage, ConversationSummary } from "../../api/types";
import type { Clock } from "../../lib/clock";
import { Store } from "../../lib/store";

export interface SearchState {
  /** What is in the box, as it was typed. */
  typed: string;
  phase: "idle" | "searching" | "ready" | "failed";
  /** The words that the hits are of: those before stay on show until others come. */
  words: string;
  hits: readonly ConversationSummary[];
  next: string | null;
}

export const WORDS_MAX_CHARS = 200;
export const WORDS_MAX = 20;
const PAUSE_MS = 220;
/** The server looks through much piece by piece, and a piece may have no hit: so many are looked through unasked. */
const EMPTY_PAGES_MAX = 10;
const nothing: SearchState = { typed: "", phase: "idle", words: "", hits: [], next: null };

export class Search {
  readonly store = new Store<SearchState>(nothing);
  readonly #api: Pick<Api, "searchConversations">;
  readonly #clock: Pick<Clock, "sleep">;
  /** Calls off what was asked for before. */
  #asking = new AbortController();

  constructor(api: Pick<Api, "searchConversations">, clock: Pick<Clock, "sleep">) {
    this.#api = api;
    this.#clock = clock;
  }

  write(typed: string): void {
    const words = wordsOf(typed);
    const before = this.store.get();
    if (words === "") {
      this.#begin();
      this.store.set({ ...nothing, typed });
      return;
    }
    this.store.set({ ...before, typed });
    if (words !== wordsOf(before.typed) || before.phase === "failed") void this.#find(words, PAUSE_MS);
  }

  /** At once: the person waits for it. */
  async now(): Promise<void> {
    const { typed, phase } = this.store.get();
    if (phase === "searching" || phase === "failed") await this.#find(wordsOf(typed), 0);
  }

  clear(): void {
    this.write("");
  }

  async more(): Promise<void> {
    const { words, next, hits, phase } = this.store.get();
    if (next === null || phase === "searching") return;
    const signal = this.#begin();
    try {
      const page = await this.#pageWithHits(words, next, signal);
      if (signal.aborted) return;
      const known = new Set(hits.map((hit) => hit.id));
      const added = page.conversations.filter((hit) => !known.has(hit.id));
      this.store.set({ ...this.store.get(), hits: [...hits, ...added], next: page.next });
    } catch {
      if (!signal.aborted) this.store.set({ ...this.store.get(), phase: "failed" });
    }
  }

  /** It has another title now, or was pinned. */
  changed(id: string, change: Partial<ConversationSummary>): void {
    const state = this.store.get();
    const hits = state.hits.map((hit) => (hit.id === id ? { ...hit, ...change } : hit));
    this.store.set({ ...state, hits });
  }

  drop(id: string): void {
    const state = this.store.get();
    this.store.set({ ...state, hits: state.hits.filter((hit) => hit.id !== id) });
  }

  #begin(): AbortSignal {
    this.#asking.abort();
    this.#asking = new AbortController();
    return this.#asking.signal;
  }

  async #pageWithHits(words: string, from: string | null, signal: AbortSignal): Promise<ConversationPage> {
    let page = await this.#api.searchConversations(words, from, signal);
    for (let pages = 1; pages < EMPTY_PAGES_MAX && !signal.aborted; pages += 1) {
      if (page.next === null || page.conversations.length > 0) break;
      page = await this.#api.searchConversations(words, page.next, signal);
    }
    return page;
  }

  async #find(words: string, afterMs: number): Promise<void> {
    const signal = this.#begin();
    this.store.set({ ...this.store.get(), phase: "searching" });
    if (afterMs > 0) await this.#clock.sleep(afterMs, signal);
    if (signal.aborted) return;
    try {
      const page = await this.#pageWithHits(words, null, signal);
      if (signal.aborted) return;
      const { typed } = this.store.get();
      this.store.set({ typed, phase: "ready", words, hits: page.conversations, next: page.next });
    } catch {
      if (!signal.aborted) this.store.set({ ...this.store.get(), phase: "failed" });
    }
  }
}

function wordsOf(typed: string): string {
  return typed.slice(0, WORDS_MAX_CHARS).trim().split(/\s+/u).slice(0, WORDS_MAX).join(" ");
}
