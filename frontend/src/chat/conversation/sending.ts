/** Takes a message to the server: once, whatever happens on the way, and back into its box if it isn't taken. */
import type { Api } from "../../api/api";
import { isTransient } from "../../api/failures";
import type { Sent, TierId } from "../../api/types";
import { backoffMs } from "../../lib/backoff";
import type { Problem } from "../tiers/problems";
import type { ChatMemory } from "./memory";
import { type Outgoing, putBefore } from "./messages";
import type { ChatEvent } from "./state";
import type { ChatStore } from "./store";

const TRIES = 5;
const RETRY = { firstMs: 500, maxMs: 4_000 };

export interface SendingDeps {
  api: Pick<Api, "send">;
  memory: ChatMemory;
  wait: (ms: number) => Promise<void>;
  newKey: () => string;
  explain: (error: unknown, tier: TierId | null) => Problem;
}

export interface SendingHandlers {
  /** The server has it; the state doesn't say so yet. */
  accepted: (outgoing: Outgoing, sent: Sent) => void;
  /** Nothing is on its way any more. */
  ended: () => void;
}

export class Sending {
  readonly #store: ChatStore;
  readonly #deps: SendingDeps;
  readonly #told: SendingHandlers;
  #tried: Promise<void> = Promise.resolve();

  constructor(store: ChatStore, deps: SendingDeps, told: SendingHandlers) {
    this.#store = store;
    this.#deps = deps;
    this.#told = told;
  }

  /** Ends when the first try has: what is loaded before may have the message already, or not yet. */
  get tried(): Promise<void> {
    return this.#tried;
  }

  send(message: Pick<Outgoing, "content" | "tier" | "conversationId" | "editOf">): void {
    this.#begin({ ...message, key: this.#deps.newKey(), status: "sending" });
  }

  /** Finishes what an earlier load of this tab left. */
  resume(): void {
    const left = this.#deps.memory.outgoing();
    if (left !== null) this.#begin({ ...left, status: "sending" });
  }

  /** Tries the unsent message again, under the key it had. */
  again(): void {
    const { outgoing } = this.#store.get();
    if (outgoing?.status === "unsent") this.#begin({ ...outgoing, status: "sending" });
  }

  discard(): void {
    const { outgoing } = this.#store.get();
    if (outgoing?.status === "unsent") this.#giveBack({ type: "sendDiscarded", key: outgoing.key });
  }

  #begin(outgoing: Outgoing): void {
    this.#deps.memory.keepOutgoing(outgoing);
    this.#store.dispatch({ type: "sendStarted", outgoing });
    this.#tried = new Promise((tried) => {
      void this.#deliver(outgoing, tried).then(tried).then(this.#told.ended);
    });
  }

  /** Sends until the server has answered. Repeats carry the same key, so the message counts once. */
  async #deliver(outgoing: Outgoing, tried: () => void): Promise<void> {
    const { key, tier, content, conversationId, editOf } = outgoing;
    for (let attempt = 0; attempt < TRIES; attempt += 1) {
      if (attempt > 0) await this.#deps.wait(backoffMs(attempt - 1, RETRY));
      if (!this.#isOnItsWay(key)) return;
      let sent: Sent;
      try {
        sent = await this.#deps.api.send({ tier, content, conversationId, editOf, idempotencyKey: key });
      } catch (error) {
        if (!isTransient(error)) {
          this.#giveBack({ type: "sendRefused", key, problem: this.#deps.explain(error, tier) });
          return;
        }
        tried();
        continue;
      }
      if (!this.#isOnItsWay(key)) return;
      this.#deps.memory.keepOutgoing(null);
      this.#told.accepted(outgoing, sent);
      return;
    }
    this.#store.dispatch({ type: "sendUnreachable", key });
  }

  /** Not so after somebody signed out: what becomes of it is nothing to whoever is here now. */
  #isOnItsWay(key: string): boolean {
    return this.#store.get().outgoing?.key === key;
  }

  /** Back to where it was written, and kept there. */
  #giveBack(event: Extract<ChatEvent, { type: "sendRefused" | "sendDiscarded" }>): void {
    const { memory } = this.#deps;
    const { outgoing } = this.#store.get();
    if (outgoing?.key !== event.key) return;
    memory.keepOutgoing(null);
    this.#store.dispatch(event);
    const { conversationId, content, editOf } = outgoing;
    const { draft, conversationId: open } = this.#store.get();
    if (editOf !== null && conversationId !== null)
      memory.keepEdit(conversationId, { messageId: editOf, text: content });
    else if (conversationId === open) memory.keepDraft(conversationId, draft);
    else memory.keepDraft(conversationId, putBefore(content, memory.draft(conversationId)));
  }
}
