/** Reads the open conversation: when it is opened, again when it may have changed elsewhere, and along another path. */
import type { Api } from "../../api/api";
import { hasStatus, isMissing } from "../../api/failures";
import type { Conversation, TierId } from "../../api/types";
import type { Problem } from "../tiers/problems";
import type { Following } from "./following";
import type { ChatMemory } from "./memory";
import type { Sending } from "./sending";
import { type ChatState, visibleOutgoing } from "./state";
import type { ChatStore } from "./store";

export interface OpeningDeps {
  api: Pick<Api, "conversation" | "branch">;
  memory: ChatMemory;
  explain: (error: unknown, tier: TierId | null) => Problem;
  /** Other tabs that have this conversation open should read it again. */
  tellTabs: (conversationId: string) => void;
}

export class Opening {
  readonly #store: ChatStore;
  readonly #deps: OpeningDeps;
  readonly #sending: Sending;
  readonly #following: Following;
  /** Grows when a conversation is opened: what was asked for before is nothing to it. */
  #turn = 0;
  /** It changed elsewhere, and that couldn't be read at once. */
  #stale = false;
  #refreshing = false;

  constructor(store: ChatStore, deps: OpeningDeps, sending: Sending, following: Following) {
    this.#store = store;
    this.#deps = deps;
    this.#sending = sending;
    this.#following = following;
  }

  /** Shows another conversation, or a new one; with a message, the place where that is. */
  open(conversationId: string | null, messageId: string | null): void {
    this.#following.leave();
    this.#turn += 1;
    this.#stale = false;
    this.#store.dispatch({ type: "opened", conversationId, draft: this.#deps.memory.draft(conversationId) });
    if (conversationId !== null) void this.#load(conversationId, messageId);
  }

  /** Reads it again, and shows what differs. Where one reads, what one types, and an answer on its way stay. */
  async refresh(): Promise<void> {
    const { conversationId, phase } = this.#state;
    if (conversationId === null) return;
    if (phase === "missing" || phase === "failed") {
      this.open(conversationId, null);
      return;
    }
    this.#stale = true;
    await this.catchUp();
  }

  /** Reads it again if that is due, and possible now. */
  async catchUp(): Promise<void> {
    if (this.#refreshing) return;
    this.#refreshing = true;
    try {
      while (this.#stale && this.#isCalm()) await this.#refreshOnce();
    } finally {
      this.#refreshing = false;
    }
  }

  /** Shows where a message is, on whichever path. */
  async seek(messageId: string): Promise<void> {
    const isShown = () => this.#state.messages.some((message) => message.id === messageId);
    if (!isShown()) await this.branch(messageId);
    if (isShown()) this.#store.dispatch({ type: "sought", messageId });
  }

  /** Shows the path through this message. */
  async branch(messageId: string): Promise<void> {
    const { conversationId } = this.#state;
    if (conversationId === null || !this.#isCalm()) return;
    const turn = this.#turn;
    const isOpen = () => this.#turn === turn;
    this.#store.dispatch({ type: "switching", on: true });
    try {
      const conversation = await this.#deps.api.branch(messageId);
      this.#deps.tellTabs(conversationId);
      if (isOpen()) this.#take("loaded", conversation);
      else this.#stale = this.#state.conversationId === conversationId; // Opened again, maybe before it was so.
    } catch (error) {
      if (!isOpen()) return;
      this.#store.dispatch({ type: "problemRaised", problem: this.#deps.explain(error, null) });
      this.#stale = hasStatus(error, 404, 409); // It isn't as it was when it was read.
    } finally {
      if (isOpen()) this.#store.dispatch({ type: "switching", on: false });
      void this.catchUp();
    }
  }

  get #state(): ChatState {
    return this.#store.get();
  }

  /** Nothing is on its way that would change it. */
  #isCalm(): boolean {
    const { phase, switching, messages } = this.#state;
    const retrying = messages.some((m) => m.role === "assistant" && m.asked === "retry");
    return phase === "ready" && !switching && !retrying && visibleOutgoing(this.#state) === null;
  }

  async #load(conversationId: string, messageId: string | null): Promise<void> {
    const turn = this.#turn;
    const isWanted = () => this.#turn === turn && this.#state.phase === "loading";
    while (isWanted()) {
      // The server may have the message that is on its way, and then it would be shown twice.
      if (visibleOutgoing(this.#state)?.status === "sending") await this.#sending.tried;
      if (!isWanted()) return;
      const { era } = this.#store;
      try {
        const conversation = await this.#deps.api.conversation(conversationId);
        // What was read before something else was taken may lack it: it is read once more.
        if (!isWanted() || this.#store.era !== era) continue;
        this.#take("loaded", conversation);
        if (messageId !== null) void this.seek(messageId);
        void this.catchUp();
      } catch (error) {
        if (isWanted()) this.#store.dispatch({ type: "loadFailed", missing: isMissing(error) });
      }
    }
  }

  async #refreshOnce(): Promise<void> {
    const { conversationId } = this.#state;
    if (conversationId === null) return;
    this.#stale = false;
    const { era } = this.#store;
    try {
      const conversation = await this.#deps.api.conversation(conversationId);
      if (this.#store.era === era && this.#isCalm()) this.#take("refreshed", conversation);
      else this.#stale = this.#state.conversationId === conversationId;
    } catch (error) {
      // Anything else than gone: what is shown is better than nothing.
      if (this.#store.era !== era || !hasStatus(error, 404)) return;
      this.#following.leave();
      this.#store.dispatch({ type: "loadFailed", missing: true });
    }
  }

  #take(type: "loaded" | "refreshed", conversation: Conversation): void {
    this.#store.dispatch({ type, conversation });
    this.#restoreEdit(conversation.id);
    this.#following.follow();
  }

  /** What was being worded anew before a reload, if its question is on this path. */
  #restoreEdit(conversationId: string): void {
    const editing = this.#deps.memory.edit(conversationId);
    if (editing === null || this.#state.editing !== null) return;
    const isShown = this.#state.messages.some(({ id }) => id === editing.messageId);
    if (isShown) this.#store.dispatch({ type: "editStarted", editing });
  }
}
