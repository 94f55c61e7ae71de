/** A person's conversations with all that can be done to them: found, renamed, pinned, deleted and brought back. */
import type { Api } from "../../api/api";
import { sentenceOf } from "../../api/feed";
import { ApiError } from "../../api/request";
import type { ConversationSummary } from "../../api/types";
import type { Clock } from "../../lib/clock";
import { type KeyValue, writeStored } from "../../lib/storage";
import { Store } from "../../lib/store";
import { type Deleting, Deletions, type Ending } from "./deletions";
import { History } from "./history";
import { Search } from "./search";

export const TITLE_MAX_CHARS = 80;
/** Every other tab reads the list again when this changes. */
const CHANGED = "ashao.changed";

export interface LibraryState {
  /** What a screen reader is told. */
  announcement: string;
  /** What didn't work, in a sentence. */
  problem: string | null;
}

type LibraryApi = Pick<
  Api,
  | "conversations"
  | "searchConversations"
  | "changeConversation"
  | "deleteConversation"
  | "deleteAllConversations"
>;

export interface LibraryDeps {
  api: LibraryApi;
  storage: KeyValue;
  clock: Pick<Clock, "sleep">;
  now: () => number;
  tab: string;
  /** Forgets what was being typed in this conversation; in all of them for null. */
  forgetDrafts: (id: string | null) => void;
}

/** What of the open conversation this needs to know and to move. */
export interface OpenConversation {
  id: () => string | null;
  open: (id: string | null) => void;
  /** Reads it again: it may be gone. */
  reload: () => void;
}

export class Library {
  readonly store = new Store<LibraryState>({ announcement: "", problem: null });
  readonly history: History;
  readonly search: Search;
  readonly deletions: Deletions;
  readonly #deps: LibraryDeps;
  #open: OpenConversation = { id: () => null, open: () => undefined, reload: () => undefined };
  /** Was open when it was deleted here: undoing opens it again. */
  #wasOpen: string | null = null;

  constructor(deps: LibraryDeps) {
    this.#deps = deps;
    this.history = new History(deps.api);
    this.search = new Search(deps.api, deps.clock);
    this.deletions = new Deletions({
      ...deps,
      remove: (id, how) => this.#remove(id, how),
      late: (one) => this.#late(one),
      ended: (one, ending) => this.#ended(one, ending),
    });
  }

  start(open: OpenConversation): void {
    this.#open = open;
    this.deletions.start();
  }

  /** Something was written in this tab: the list differs, here and in every other tab. */
  changed(): void {
    void this.history.refresh();
    this.#tellOthers();
  }

  storageChanged(key: string | null): void {
    this.deletions.storageChanged(key);
    if (key === CHANGED) void this.#changedElsewhere();
  }

  async rename(item: ConversationSummary, title: string): Promise<void> {
    const wanted = title.trim();
    if (wanted === "" || wanted === item.title) return;
    await this.#change(item, { title: wanted }, `Renamed to “${wanted}”.`);
  }

  async setPinned(item: ConversationSummary, pinned: boolean): Promise<void> {
    await this.#change(item, { pinned }, `${quoted(item)} is ${pinned ? "pinned" : "not pinned any more"}.`);
  }

  /** Puts it out of sight. The server is told in a moment, and until then it can be undone. */
  remove(item: ConversationSummary): void {
    const open = this.#open.id() === item.id;
    this.deletions.begin(item.id, item.title);
    this.store.set({ announcement: `${quoted(item)} was deleted. You can undo it.`, problem: null });
    if (!open) return;
    this.#wasOpen = item.id;
    this.#open.open(null);
  }

  /** Brings back what was deleted a moment ago; returns the last of it. */
  undo(): string | null {
    const undone = this.deletions.undo();
    const reopened = undone.find((one) => one.id === this.#wasOpen && this.#open.id() === null);
    this.#wasOpen = null;
    if (reopened) this.#open.open(reopened.id);
    const announcement = undone.length > 1 ? "They are back." : "It is back.";
    this.store.set({ announcement, problem: null });
    return undone.at(-1)?.id ?? null;
  }

  /** Deletes all there is, at once and for good. Whether it worked. */
  async removeAll(): Promise<boolean> {
    try {
      await this.#deps.api.deleteAllConversations();
    } catch (error) {
      this.#failed("Your conversations couldn’t be deleted.", error);
      return false;
    }
    this.deletions.forget();
    this.#deps.forgetDrafts(null);
    this.search.clear();
    this.history.clear();
    if (this.#open.id() !== null) this.#open.open(null);
    this.store.set({ announcement: "All your conversations were deleted.", problem: null });
    this.#tellOthers();
    return true;
  }

  /** Somebody else may be here next. */
  async signingOut(): Promise<void> {
    await this.deletions.finish();
  }

  forget(): void {
    this.search.clear();
    this.history.clear();
    this.store.set({ announcement: "", problem: null });
  }

  dismissProblem(): void {
    this.store.set({ ...this.store.get(), problem: null });
  }

  async #change(
    item: ConversationSummary,
    change: { title: string } | { pinned: boolean },
    announcement: string,
  ): Promise<void> {
    this.search.changed(item.id, change);
    try {
      await this.history.change(item.id, change);
      this.store.set({ announcement, problem: null });
      this.#tellOthers();
    } catch (error) {
      this.search.changed(item.id, { title: item.title, pinned: item.pinned });
      this.#failed(`${quoted(item)} couldn’t be changed.`, error);
    }
  }

  async #remove(id: string, how: { keepalive: boolean }): Promise<void> {
    try {
      await this.#deps.api.deleteConversation(id, how);
    } catch (error) {
      if (!(error instanceof ApiError && error.status === 404)) throw error;
    }
  }

  #ended(one: Deleting, ending: Ending): void {
    switch (ending.how) {
      case "deleted":
        if (this.store.get().problem === lateWords(one)) this.dismissProblem();
        this.#deps.forgetDrafts(one.id);
        this.search.drop(one.id);
        this.history.drop(one.id);
        this.#tellOthers();
        return;
      case "failed":
        this.#failed(`${quoted(one)} couldn’t be deleted, and is back in the list.`, ending.error);
        return;
      case "elsewhere":
        void this.history.refresh();
        // Undone or done: which of them, the server knows.
        if (this.#open.id() === one.id) this.#open.reload();
        return;
    }
  }

  #late(one: Deleting): void {
    this.store.set({ announcement: "", problem: lateWords(one) });
  }

  #failed(what: string, error: unknown): void {
    this.store.set({ announcement: "", problem: `${what} ${sentenceOf(error)}` });
  }

  async #changedElsewhere(): Promise<void> {
    await this.history.refresh();
    const { phase, items } = this.history.store.get();
    if (phase === "ready" && items.length === 0 && this.#open.id() !== null) this.#open.reload();
  }

  #tellOthers(): void {
    writeStored(this.#deps.storage, CHANGED, `${this.#deps.tab} ${this.#deps.now()}`);
  }
}

function quoted({ title }: { title: string }): string {
  return `“${title}”`;
}

function lateWords(one: Deleting): string {
  return `${quoted(one)} will be deleted as soon as ashao can be reached.`;
}
