/** What the chat page remembers in the browser: drafts, the unacknowledged message, the chosen tier. */
import { type TierId, tierId } from "../../api/types";
import { boolean, list, nullable, object, oneOf, string } from "../../lib/decode";
import { type KeyValue, readStored, writeStored } from "../../lib/storage";
import { Drafts } from "./drafts";
import type { Outgoing } from "./messages";
import type { Editing } from "./state";

const EDITS = "ashao.edits";
const OUTGOING = "ashao.outgoing";
const TIER = "ashao.tier";
const WROTE = "ashao.wrote";
const PERSON = "ashao.person";
const MAX_EDITS = 20;

const edits = list(object({ conversationId: string, messageId: string, text: string }));
const outgoing = object({
  key: string,
  content: string,
  tier: tierId,
  conversationId: nullable(string),
  editOf: nullable(string),
  status: oneOf("sending", "unsent"),
});

export class ChatMemory {
  readonly #drafts: Drafts;

  constructor(
    /** Shared by all tabs and kept. */
    readonly lasting: KeyValue,
    /** This tab only: two tabs must not send each other's messages. */
    readonly tab: KeyValue,
    newName: () => string,
  ) {
    this.#drafts = new Drafts(lasting, tab, newName);
  }

  draft(conversationId: string | null): string {
    return this.#drafts.read(conversationId);
  }

  keepDraft(conversationId: string | null, text: string): void {
    this.#drafts.keep(conversationId, text);
  }

  /** The conversation is gone, or all are for null; what is typed for a new one stays. */
  forgetDrafts(conversationId: string | null): void {
    this.#drafts.forget(conversationId);
  }

  /** The page is being left, maybe for good. */
  leave(): void {
    this.#drafts.leave();
  }

  /** The question of this conversation that was being worded anew, if one was. */
  edit(conversationId: string): Editing | null {
    return this.#edits().find((one) => one.conversationId === conversationId) ?? null;
  }

  keepEdit(conversationId: string, editing: Editing | null): void {
    const others = this.#edits().filter((one) => one.conversationId !== conversationId);
    const kept = editing === null ? others : [{ conversationId, ...editing }, ...others];
    writeStored(this.tab, EDITS, kept.length === 0 ? null : kept.slice(0, MAX_EDITS));
  }

  outgoing(): Outgoing | null {
    return readStored(this.tab, OUTGOING, outgoing);
  }

  keepOutgoing(message: Outgoing | null): void {
    writeStored(this.tab, OUTGOING, message);
  }

  tier(): TierId | null {
    return readStored(this.lasting, TIER, tierId);
  }

  keepTier(tier: TierId): void {
    writeStored(this.lasting, TIER, tier);
  }

  /** Whether somebody has written in this browser: then the server may know conversations of theirs. */
  wrote(): boolean {
    return readStored(this.lasting, WROTE, boolean) ?? false;
  }

  keepWrote(): void {
    writeStored(this.lasting, WROTE, true);
  }

  /**
   * Somebody is signed in. Whether what is kept here may be theirs: it isn't where another was before, who may have
   * gone without signing out, as when their session ended. What a guest has typed is of whoever signs in.
   */
  takeFor(userId: string): boolean {
    const both = [this.lasting, this.tab]; // Another tab may have asked already.
    const before = both.map((storage) => readStored(storage, PERSON, string));
    for (const storage of both) writeStored(storage, PERSON, userId);
    return before.every((id) => id === null || id === userId);
  }

  /** Forgets what was written, for whoever uses this browser next. */
  clear(): void {
    this.#drafts.clear();
    writeStored(this.lasting, WROTE, null);
    writeStored(this.tab, OUTGOING, null);
    writeStored(this.tab, EDITS, null);
    for (const storage of [this.lasting, this.tab]) writeStored(storage, PERSON, null);
  }

  #edits() {
    return readStored(this.tab, EDITS, edits) ?? [];
  }
}
