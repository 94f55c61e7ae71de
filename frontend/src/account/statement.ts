/** The statement, newest first, in pages that are added below each other. */
import { sentenceOf } from "../api/feed";
import type { MoneyApi, StatementPart, StatementRow } from "../api/money";
import { Store } from "../lib/store";

export interface StatementState {
  part: StatementPart | null;
  phase: "loading" | "ready" | "failed";
  rows: readonly StatementRow[];
  /** Where older rows begin; null when there are none. */
  next: number | null;
  loadingOlder: boolean;
  message: string | null;
}

const EMPTY: StatementState = {
  part: null,
  phase: "loading",
  rows: [],
  next: null,
  loadingOlder: false,
  message: null,
};

export class Statement {
  readonly store = new Store<StatementState>(EMPTY);
  readonly #api: Pick<MoneyApi, "statement">;
  /** Grows with every new list: an answer for an earlier one is dropped. */
  #era = 0;
  #isOpen = false;

  constructor(api: Pick<MoneyApi, "statement">) {
    this.#api = api;
  }

  open(): void {
    this.close();
    this.#isOpen = true;
    void this.#first();
  }

  close(): void {
    this.#era += 1;
    this.#isOpen = false;
    this.store.set(EMPTY);
  }

  choose(part: StatementPart | null): void {
    if (part === this.store.get().part) return;
    this.store.set({ ...EMPTY, part });
    void this.#first();
  }

  retry(): void {
    const state = this.store.get();
    if (state.rows.length > 0) void this.older();
    else void this.#first();
  }

  /** Something was posted. New rows come on top; older ones that are on show stay. */
  async refresh(): Promise<void> {
    const state = this.store.get();
    if (!this.#isOpen || state.phase === "loading" || state.loadingOlder) return;
    const era = this.#era;
    try {
      const page = await this.#api.statement({ part: state.part, before: null });
      const now = this.store.get();
      if (era !== this.#era || now.loadingOlder) return;
      this.store.set({ ...now, phase: "ready", message: null, ...merged(page.rows, page.next, now) });
    } catch {
      // What is on show is still true; the next change asks again.
    }
  }

  async older(): Promise<void> {
    const state = this.store.get();
    if (state.next === null || state.loadingOlder) return;
    const era = this.#era;
    this.store.set({ ...state, loadingOlder: true, message: null });
    try {
      const page = await this.#api.statement({ part: state.part, before: state.next });
      if (era !== this.#era) return;
      const now = this.store.get();
      this.store.set({ ...now, rows: [...now.rows, ...page.rows], next: page.next, loadingOlder: false });
    } catch (error) {
      if (era !== this.#era) return;
      this.store.set({ ...this.store.get(), loadingOlder: false, message: sentenceOf(error) });
    }
  }

  async #first(): Promise<void> {
    if (!this.#isOpen) return;
    this.#era += 1;
    const era = this.#era;
    const { part } = this.store.get();
    this.store.set({ ...EMPTY, part });
    try {
      const page = await this.#api.statement({ part, before: null });
      if (era !== this.#era) return;
      this.store.set({ ...EMPTY, part, phase: "ready", rows: page.rows, next: page.next });
    } catch (error) {
      if (era !== this.#era) return;
      this.store.set({ ...EMPTY, part, phase: "failed", message: sentenceOf(error) });
    }
  }
}

/** The newest page before what is known, where they meet; else the newest page alone. */
function merged(
  newest: readonly StatementRow[],
  next: number | null,
  known: StatementState,
): Pick<StatementState, "rows" | "next"> {
  const meet = known.rows.findIndex((row) => row.id === newest.at(-1)?.id);
  if (meet < 0) return { rows: newest, next };
  return { rows: [...newest, ...known.rows.slice(meet + 1)], next: known.next };
}
