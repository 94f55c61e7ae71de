/** Runs the open conversation: every action a person can take, and what follows from it. */
import type { Api } from "../api/api";
import { ApiError } from "../api/request";
import type { Conversation, Rating, TierId } from "../api/types";
import { backoffMs } from "../lib/backoff";
import { Store } from "../lib/store";
import type { ChatMemory } from "./memory";
import type { Problem } from "./problems";
import {
  type ChatEvent,
  type ChatState,
  canSend,
  initialChat,
  type Outgoing,
  pendingAnswer,
  reduceChat,
} from "./state";
import { type Connection, readStream, type StreamPlatform } from "./stream";

const SEND_TRIES = 5;
const SEND_RETRY = { firstMs: 500, maxMs: 4_000 };
/** The stream ends a moment before the books are closed. */
const RECEIPT_TRIES = 4;
const RECEIPT_RETRY = { firstMs: 400, maxMs: 3_000 };

export interface ChatDeps {
  api: Pick<Api, "send" | "stop" | "retry" | "conversation" | "receipt" | "rate">;
  memory: ChatMemory;
  streams: StreamPlatform;
  wait: (ms: number) => Promise<void>;
  newKey: () => string;
  /** Shows the conversation in the address bar. */
  navigate: (conversationId: string | null, how: "push" | "replace") => void;
  explain: (error: unknown, tier: TierId | null) => Problem;
  /** Something was charged, given back or written: balance and history may differ. */
  changed: () => void;
}

export class ChatController {
  readonly store = new Store<ChatState>(initialChat);
  readonly #deps: ChatDeps;
  #stream: Connection | null = null;

  constructor(deps: ChatDeps) {
    this.#deps = deps;
  }

  /** Shows what the address names, and finishes sending what an earlier load of this tab left. */
  start(conversationId: string | null): void {
    const left = this.#deps.memory.outgoing();
    if (left !== null) this.#dispatch({ type: "sendStarted", outgoing: { ...left, status: "sending" } });
    this.show(conversationId);
    if (left !== null) void this.#deliver(left);
  }

  /** Opens a conversation, or a new one, and puts it in the address bar. */
  open(conversationId: string | null): void {
    this.#deps.navigate(conversationId, "push");
    this.show(conversationId);
  }

  /** Opens it without touching the address: it already says so. */
  show(conversationId: string | null): void {
    this.#leaveStream();
    this.#dispatch({ type: "opened", conversationId, draft: this.#deps.memory.draft(conversationId) });
    if (conversationId !== null) void this.#load(conversationId);
  }

  /** Somebody signed out: nothing they wrote stays behind, and nothing of theirs is sent any more. */
  forget(): void {
    this.#deps.memory.clear();
    this.#dispatch({ type: "cleared" });
    this.open(null);
  }

  /**
   * Somebody signed in. The open conversation stays if it is theirs, as when a session had ended. A guest's is
   * not: then a new one begins, with what was being typed.
   */
  async changeHands(): Promise<void> {
    this.dismissProblem();
    const { conversationId } = this.#state;
    if (conversationId === null) return;
    try {
      await this.#deps.api.conversation(conversationId);
    } catch (error) {
      if (!hasStatus(error, 401, 403, 404) || this.#state.conversationId !== conversationId) return;
      const { draft } = this.#state;
      this.#deps.memory.keepDraft(conversationId, "");
      this.#deps.memory.keepDraft(null, draft);
      this.#deps.navigate(null, "replace");
      this.show(null);
      return;
    }
    if (this.#state.phase === "missing") this.show(conversationId);
  }

  write(draft: string): void {
    this.#dispatch({ type: "draftChanged", draft });
    this.#deps.memory.keepDraft(this.#state.conversationId, draft);
  }

  send(tier: TierId): void {
    if (!canSend(this.#state)) return;
    const { draft, conversationId } = this.#state;
    const outgoing: Outgoing = {
      key: this.#deps.newKey(),
      content: draft.trim(),
      tier,
      conversationId,
      status: "sending",
    };
    this.#begin(outgoing);
    this.write("");
  }

  /** Tries the unsent message again, under the key it had. */
  resend(): void {
    const { outgoing } = this.#state;
    if (outgoing?.status === "unsent") this.#begin({ ...outgoing, status: "sending" });
  }

  discard(): void {
    const { outgoing } = this.#state;
    if (outgoing?.status === "unsent") this.#giveBack({ type: "sendDiscarded", key: outgoing.key });
  }

  async stop(): Promise<void> {
    const jobId = pendingAnswer(this.#state)?.jobId ?? null;
    if (jobId === null) return;
    this.#dispatch({ type: "asked", jobId, what: "stop" });
    try {
      await this.#deps.api.stop(jobId);
    } catch (error) {
      this.#dispatch({ type: "asked", jobId, what: null });
      // The answer may have ended in the same moment: then there is nothing to tell.
      if (!hasStatus(error, 404, 409)) this.#raise(error, null);
    }
  }

  async retry(jobId: string): Promise<void> {
    const answer = this.#state.messages.find((m) => m.role === "assistant" && m.jobId === jobId);
    if (answer?.role !== "assistant" || answer.asked !== null) return;
    this.#dispatch({ type: "asked", jobId, what: "retry" });
    try {
      const { jobId: newJobId } = await this.#deps.api.retry(jobId);
      this.#dispatch({ type: "retryAccepted", jobId, newJobId });
      this.#follow();
      this.#deps.changed();
    } catch (error) {
      this.#dispatch({ type: "asked", jobId, what: null });
      this.#raise(error, answer.tier);
    }
  }

  /** Thumbs up or down, shown at once; taken back if the server doesn't take it. */
  async rate(jobId: string, rating: Rating): Promise<void> {
    const answer = this.#state.messages.find((m) => m.role === "assistant" && m.jobId === jobId);
    if (answer?.role !== "assistant") return;
    const before = answer.rating;
    this.#dispatch({ type: "rated", jobId, rating });
    try {
      await this.#deps.api.rate(jobId, rating);
    } catch (error) {
      this.#dispatch({ type: "rated", jobId, rating: before });
      this.#raise(error, null);
    }
  }

  /** The browser is online again, or the person asked: pick up whatever was given up. */
  reconnect(): void {
    const { phase, conversationId, connection } = this.#state;
    this.resend();
    if (phase === "failed") this.show(conversationId);
    else if (connection === "lost") this.#follow();
  }

  /** Shows a problem that arose beside the conversation. */
  raise(error: unknown): void {
    this.#raise(error, null);
  }

  dismissProblem(): void {
    this.#dispatch({ type: "problemDismissed" });
  }

  get #state(): ChatState {
    return this.store.get();
  }

  #dispatch(event: ChatEvent): void {
    this.store.set(reduceChat(this.store.get(), event));
  }

  #begin(outgoing: Outgoing): void {
    this.#deps.memory.keepOutgoing(outgoing);
    this.#dispatch({ type: "sendStarted", outgoing });
    void this.#deliver(outgoing);
  }

  /** Sends until the server has answered. Repeats carry the same key, so the message counts once. */
  async #deliver(outgoing: Outgoing): Promise<void> {
    const { key, tier, content, conversationId } = outgoing;
    for (let attempt = 0; attempt < SEND_TRIES; attempt += 1) {
      if (attempt > 0) await this.#deps.wait(backoffMs(attempt - 1, SEND_RETRY));
      if (this.#state.outgoing?.key !== key) return;
      try {
        const sent = await this.#deps.api.send({ tier, content, conversationId, idempotencyKey: key });
        this.#accepted(outgoing, sent.jobId, sent.conversationId);
        return;
      } catch (error) {
        if (isTransient(error)) continue;
        this.#giveBack({ type: "sendRefused", key, problem: this.#deps.explain(error, tier) });
        return;
      }
    }
    this.#dispatch({ type: "sendUnreachable", key });
  }

  #accepted(outgoing: Outgoing, jobId: string, conversationId: string): void {
    const before = this.#state;
    this.#deps.memory.keepOutgoing(null);
    this.#dispatch({ type: "sendAccepted", key: outgoing.key, jobId, conversationId });
    this.#deps.changed();
    if (before.conversationId !== outgoing.conversationId) return;
    if (before.conversationId === null) this.#moveDraft(conversationId);
    // A load that began before the message was written would miss it: load again.
    if (before.phase === "loading" || before.phase === "failed") this.show(conversationId);
    else this.#follow();
  }

  /** A new conversation got its id: the address and what is typed by now belong to it. */
  #moveDraft(conversationId: string): void {
    this.#deps.navigate(conversationId, "replace");
    this.#deps.memory.keepDraft(null, "");
    this.#deps.memory.keepDraft(conversationId, this.#state.draft);
  }

  #giveBack(event: Extract<ChatEvent, { type: "sendRefused" | "sendDiscarded" }>): void {
    const { outgoing } = this.#state;
    this.#deps.memory.keepOutgoing(null);
    this.#dispatch(event);
    if (outgoing?.conversationId === this.#state.conversationId) {
      this.#deps.memory.keepDraft(this.#state.conversationId, this.#state.draft);
    } else if (outgoing !== null) {
      this.#deps.memory.keepDraft(outgoing.conversationId, outgoing.content);
    }
  }

  async #load(conversationId: string): Promise<void> {
    try {
      const conversation = await this.#deps.api.conversation(conversationId);
      if (this.#state.conversationId !== conversationId) return;
      this.#dispatch({ type: "loaded", conversation });
      this.#follow();
    } catch (error) {
      if (this.#state.conversationId !== conversationId) return;
      this.#dispatch({ type: "loadFailed", missing: hasStatus(error, 401, 403, 404) });
    }
  }

  #leaveStream(): void {
    this.#stream?.close();
    this.#stream = null;
  }

  /** Streams the pending answer of the open conversation, if there is one. */
  #follow(): void {
    this.#leaveStream();
    const jobId = pendingAnswer(this.#state)?.jobId ?? null;
    const { conversationId } = this.#state;
    if (jobId === null || conversationId === null) return;
    this.#dispatch({ type: "streamOpened", jobId });
    this.#stream = readStream(
      jobId,
      {
        text: (text) => this.#dispatch({ type: "textArrived", jobId, text }),
        done: (finish) => {
          this.#settle({ type: "answerDone", jobId, finish });
          void this.#askReceipt(jobId);
        },
        failed: (message) => this.#settle({ type: "answerFailed", jobId, message }),
        connection: (connection) => this.#dispatch({ type: "connectionChanged", connection }),
        refused: () => this.#standing(conversationId, jobId),
      },
      this.#deps.streams,
    );
  }

  #settle(event: ChatEvent): void {
    this.#dispatch(event);
    this.#deps.changed();
  }

  /** A receipt is good to have and no more: without it the answer is shown as it is. */
  async #askReceipt(jobId: string): Promise<void> {
    for (let attempt = 0; attempt < RECEIPT_TRIES; attempt += 1) {
      if (attempt > 0) await this.#deps.wait(backoffMs(attempt - 1, RECEIPT_RETRY));
      if (!this.#state.messages.some((m) => m.role === "assistant" && m.jobId === jobId)) return;
      try {
        const { receipt } = await this.#deps.api.receipt(jobId);
        if (receipt === null) continue;
        this.#dispatch({ type: "receiptArrived", jobId, receipt });
        return;
      } catch (error) {
        if (!isTransient(error)) return;
      }
    }
  }

  /** Asks the saved conversation how an answer stands, and shows it as saved if it is over. */
  async #standing(conversationId: string, jobId: string): Promise<"pending" | "settled"> {
    let conversation: Conversation;
    try {
      conversation = await this.#deps.api.conversation(conversationId);
    } catch (error) {
      if (!hasStatus(error, 401, 403, 404)) return "pending";
      if (this.#state.conversationId === conversationId)
        this.#dispatch({ type: "loadFailed", missing: true });
      return "settled";
    }
    const saved = conversation.messages.find((m) => m.role === "assistant" && m.jobId === jobId);
    if (saved?.status === "pending") return "pending";
    this.#dispatch({ type: "connectionChanged", connection: "steady" });
    this.#settle({ type: "loaded", conversation });
    return "settled";
  }

  #raise(error: unknown, tier: TierId | null): void {
    this.#dispatch({ type: "problemRaised", problem: this.#deps.explain(error, tier) });
  }
}

function isTransient(error: unknown): boolean {
  return error instanceof ApiError && error.transient;
}

function hasStatus(error: unknown, ...statuses: number[]): boolean {
  return error instanceof ApiError && statuses.includes(error.status);
}
