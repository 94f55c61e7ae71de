/**
 * What was typed and not sent. Each tab keeps its own drafts, which a reload of it finds again, and leaves a copy in
 * the drawer that all tabs share: who opens the conversation after the tab was closed takes it from there. No tab
 * ever writes over what another has typed; two that type into one conversation leave two copies.
 */
import { type Decoded, fallback, list, nullable, object, string } from "../../lib/decode";
import { type KeyValue, readStored, writeStored } from "../../lib/storage";

const KEY = "ashao.drafts";
const MAX_DRAFTS = 20;

const draft = object({
  conversationId: nullable(string),
  text: string,
  /** Names the copy: only the tab that has this name in its own drafts writes to it. */
  copy: fallback(string, ""),
});
type Draft = Decoded<typeof draft>;
const drafts = list(draft);

export class Drafts {
  readonly #drawer: KeyValue;
  readonly #tab: KeyValue;
  readonly #newName: () => string;

  constructor(drawer: KeyValue, tab: KeyValue, newName: () => string) {
    this.#drawer = drawer;
    this.#tab = tab;
    this.#newName = newName;
  }

  /** What this tab has for this conversation, or else what another left. */
  read(conversationId: string | null): string {
    const own = this.#own().find((one) => one.conversationId === conversationId);
    if (own !== undefined) return own.text;
    const shared = this.#shared();
    const left = shared.find((one) => one.conversationId === conversationId);
    if (left === undefined) return "";
    const taken = { ...left, copy: this.#newName() };
    this.#writeShared(shared.map((one) => (one === left ? taken : one)));
    this.#writeOwn([taken, ...this.#own()]);
    return left.text;
  }

  /** Keeps the latest few; an empty one is forgotten. */
  keep(conversationId: string | null, text: string): void {
    const before = this.#own().find((one) => one.conversationId === conversationId);
    const copy = before?.copy ?? this.#newName();
    const now = text === "" ? [] : [{ conversationId, text, copy }];
    this.#writeOwn([...now, ...this.#own().filter((one) => one.conversationId !== conversationId)]);
    this.#writeShared([...now, ...this.#shared().filter((one) => one.copy !== copy)]);
  }

  /** The tab may be closed for good: what another tab took over in the meantime is left once more. */
  leave(): void {
    const shared = this.#shared();
    const missing = this.#own().filter((own) => !shared.some((one) => one.copy === own.copy));
    if (missing.length > 0) this.#writeShared([...missing, ...shared]);
  }

  /** The conversation is gone, for every tab. With null all are; what is typed for a new one stays. */
  forget(conversationId: string | null): void {
    const stays = (one: Draft) =>
      conversationId === null ? one.conversationId === null : one.conversationId !== conversationId;
    this.#writeOwn(this.#own().filter(stays));
    this.#writeShared(this.#shared().filter(stays));
  }

  clear(): void {
    this.#writeOwn([]);
    this.#writeShared([]);
  }

  #own(): Draft[] {
    return readStored(this.#tab, KEY, drafts) ?? [];
  }

  #shared(): Draft[] {
    return readStored(this.#drawer, KEY, drafts) ?? [];
  }

  #writeOwn(all: readonly Draft[]): void {
    write(this.#tab, all);
  }

  #writeShared(all: readonly Draft[]): void {
    write(this.#drawer, all);
  }
}

function write(storage: KeyValue, all: readonly Draft[]): void {
  writeStored(storage, KEY, all.length === 0 ? null : all.slice(0, MAX_DRAFTS));
}
