/** What the chat page remembers in the browser: drafts, the unacknowledged message, the chosen tier. */
import { type TierId, tierId } from "../api/types";
import { boolean, list, nullable, object, oneOf, string } from "../lib/decode";
import { type KeyValue, readStored, writeStored } from "../lib/storage";
import type { Outgoing } from "./state";

const DRAFTS = "ashao.drafts";
const OUTGOING = "ashao.outgoing";
const TIER = "ashao.tier";
const WROTE = "ashao.wrote";
const MAX_DRAFTS = 20;

const drafts = list(object({ conversationId: nullable(string), text: string }));
const outgoing = object({
  key: string,
  content: string,
  tier: tierId,
  conversationId: nullable(string),
  status: oneOf("sending", "unsent"),
});

export class ChatMemory {
  constructor(
    /** Shared by all tabs and kept. */
    readonly lasting: KeyValue,
    /** This tab only: two tabs must not send each other's messages. */
    readonly tab: KeyValue,
  ) {}

  draft(conversationId: string | null): string {
    return this.#drafts().find((draft) => draft.conversationId === conversationId)?.text ?? "";
  }

  /** Keeps the latest few drafts; an empty one is forgotten. */
  keepDraft(conversationId: string | null, text: string): void {
    const others = this.#drafts().filter((draft) => draft.conversationId !== conversationId);
    const kept = text === "" ? others : [{ conversationId, text }, ...others];
    writeStored(this.lasting, DRAFTS, kept.length === 0 ? null : kept.slice(0, MAX_DRAFTS));
  }

  /** Every conversation is gone; what is typed for a new one stays. */
  forgetDrafts(): void {
    const kept = this.#drafts().filter((draft) => draft.conversationId === null);
    writeStored(this.lasting, DRAFTS, kept.length === 0 ? null : kept);
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

  /** Forgets what was written, for whoever uses this browser next. */
  clear(): void {
    writeStored(this.lasting, DRAFTS, null);
    writeStored(this.lasting, WROTE, null);
    writeStored(this.tab, OUTGOING, null);
  }

  #drafts() {
    return readStored(this.lasting, DRAFTS, drafts) ?? [];
  }
}
