/** The list of a person's conversations, and what they change in it. */
import type { Api, ConversationChange } from "../../api/api";
import { ApiError } from "../../api/request";
import type { ConversationSummary } from "../../api/types";
import { Store } from "../../lib/store";

export interface HistoryState {
  phase: "loading" | "ready" | "failed";
  items: readonly ConversationSummary[];
  /** Where the next page begins; `null` when there is none. */
  next: string | null;
}

type HistoryApi = Pick<Api, "conversations" | "changeConversation">;

/** What the server gives when it isn't asked for more, and at most. */
const PAGE = 30;
const PAGE_MAX = 100;

export class History {
  readonly store = new Store<HistoryState>({ phase: "loading", items: [], next: null });
  readonly #api: HistoryApi;
  #asked = 0;
  /** What was asked for and not confirmed yet: it is shown as done, whatever a list says that was read before. */
  readonly #changes = new Map<string, Partial<ConversationSummary>>();

  constructor(api: HistoryApi) {
    this.#api = api;
  }

  /** Reads the list again, as far as it was read before: nobody's place in it is lost. */
  refresh(): Promise<void> {
    const shown = this.store.get().items.length;
    return this.#read(null, [], shown <= PAGE ? null : Math.min(shown, PAGE_MAX));
  }

  /** Nobody is here whose conversations the server could list. */
  clear(): void {
    this.#asked += 1;
    this.store.set({ phase: "ready", items: [], next: null });
  }

  async more(): Promise<void> {
    const { next, items } = this.store.get();
    if (next !== null) await this.#read(next, items, null);
  }

  /** Shows a change at once, and as it was if the server doesn't take it. */
  async change(id: string, change: ConversationChange): Promise<ConversationSummary> {
    const before = this.store.get().items.find((item) => item.id === id);
    const changes = { ...this.#changes.get(id), ...change };
    this.#changes.set(id, changes);
    this.#replace(id, change);
    try {
      const changed = await this.#api.changeConversation(id, change);
      this.#settled(id, changes, changed);
      return changed;
    } catch (error) {
      this.#settled(id, changes, before);
      throw error;
    }
  }

  /** It was deleted. */
  drop(id: string): void {
    const state = this.store.get();
    this.store.set({ ...state, items: state.items.filter((item) => item.id !== id) });
    void this.refresh();
  }

  /** A list that was asked for before knows nothing of it, so the list is read again. */
  #settled(id: string, changes: object, as: ConversationSummary | undefined): void {
    if (this.#changes.get(id) !== changes) return; // A later change of the same one is on its way.
    this.#changes.delete(id);
    if (as !== undefined) this.#replace(id, { ...as, snippet: null });
    void this.refresh();
  }

  #replace(id: string, change: Partial<ConversationSummary>): void {
    const state = this.store.get();
    const items = state.items.map((item) => (item.id === id ? { ...item, ...change } : item));
    this.store.set({ ...state, items });
  }

  async #read(
    cursor: string | null,
    before: readonly ConversationSummary[],
    limit: number | null,
  ): Promise<void> {
    this.#asked += 1;
    const asked = this.#asked;
    try {
      const page = await this.#api.conversations(cursor, limit);
      if (asked !== this.#asked) return; // A later question is on its way: its answer counts.
      const known = new Set(before.map((item) => item.id));
      const added = page.conversations.filter((item) => !known.has(item.id));
      const items = [...before, ...added].map((item) => ({ ...item, ...this.#changes.get(item.id) }));
      this.store.set({ phase: "ready", items, next: page.next });
    } catch (error) {
      if (asked !== this.#asked) return;
      if (error instanceof ApiError && error.status === 401) this.clear();
      else this.store.set({ ...this.store.get(), phase: "failed" });
    }
  }
}
