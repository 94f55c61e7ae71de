/** The list of a person's conversations. */
import type { Api } from "../api/api";
import { ApiError } from "../api/request";
import type { ConversationSummary } from "../api/types";
import { Store } from "../lib/store";

export interface HistoryState {
  phase: "loading" | "ready" | "failed";
  items: readonly ConversationSummary[];
  /** Where the next page begins; `null` when there is none. */
  next: string | null;
}

type HistoryApi = Pick<Api, "conversations" | "deleteConversation">;

export class History {
  readonly store = new Store<HistoryState>({ phase: "loading", items: [], next: null });
  readonly #api: HistoryApi;
  #asked = 0;

  constructor(api: HistoryApi) {
    this.#api = api;
  }

  /** Reads the list from its start. */
  refresh(): Promise<void> {
    return this.#read(null, []);
  }

  /** Nobody is here whose conversations the server could list. */
  clear(): void {
    this.#asked += 1;
    this.store.set({ phase: "ready", items: [], next: null });
  }

  async more(): Promise<void> {
    const { next, items } = this.store.get();
    if (next !== null) await this.#read(next, items);
  }

  async remove(id: string): Promise<void> {
    try {
      await this.#api.deleteConversation(id);
    } catch (error) {
      if (!(error instanceof ApiError && error.status === 404)) throw error;
    }
    const state = this.store.get();
    this.store.set({ ...state, items: state.items.filter((item) => item.id !== id) });
  }

  async #read(cursor: string | null, before: readonly ConversationSummary[]): Promise<void> {
    this.#asked += 1;
    const asked = this.#asked;
    try {
      const page = await this.#api.conversations(cursor);
      if (asked !== this.#asked) return; // A later question is on its way: its answer counts.
      const known = new Set(before.map((item) => item.id));
      const items = [...before, ...page.conversations.filter((item) => !known.has(item.id))];
      this.store.set({ phase: "ready", items, next: page.next });
    } catch (error) {
      if (asked !== this.#asked) return;
      if (error instanceof ApiError && error.status === 401) this.clear();
      else this.store.set({ ...this.store.get(), phase: "failed" });
    }
  }
}

export type Age = "Today" | "Yesterday" | "This month" | "Earlier";

/** Groups summaries, newest first, by the day they were last written to. */
export function groupByAge(
  items: readonly ConversationSummary[],
  now: Date,
): { age: Age; items: ConversationSummary[] }[] {
  const groups: { age: Age; items: ConversationSummary[] }[] = [];
  for (const item of items) {
    const age = ageOf(new Date(item.updatedAt), now);
    const group = groups.find((g) => g.age === age);
    if (group) group.items.push(item);
    else groups.push({ age, items: [item] });
  }
  return groups;
}

function ageOf(date: Date, now: Date): Age {
  const midnight = new Date(now.getFullYear(), now.getMonth(), now.getDate()).getTime();
  const dayMs = 86_400_000;
  const time = date.getTime();
  if (time >= midnight) return "Today";
  if (time >= midnight - dayMs) return "Yesterday";
  if (time >= midnight - 30 * dayMs) return "This month";
  return "Earlier";
}
