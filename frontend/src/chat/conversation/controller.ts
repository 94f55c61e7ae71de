/** Runs the open conversation: every action a person can take, and what follows from it. */
import type { Api } from "../../api/api";
import { hasStatus, isMissing, isTransient } from "../../api/failures";
import type { Rating, Sent, TierId } from "../../api/types";
import { Following, type FollowingDeps } from "./following";
import { lengthOf } from "./length";
import { isAnswerOf, type Outgoing } from "./messages";
import { Opening, type OpeningDeps } from "./opening";
import { Sending, type SendingDeps } from "./sending";
import { type ChatEvent, type ChatState, canSend, isLocked, lastQuestion, pendingAnswer } from "./state";
import { ChatStore } from "./store";

const RETRY_AGAIN_MS = 1_000;

export interface ChatDeps extends SendingDeps, FollowingDeps, OpeningDeps {
  /** The longest message that can be sent. */
  maxChars: number;
  api: Pick<Api, "send" | "stop" | "retry" | "conversation" | "branch" | "receipt" | "rate">;
  /** Shows the conversation in the address bar. */
  navigate: (conversationId: string | null, how: "push" | "replace") => void;
}

export class ChatController {
  readonly store = new ChatStore();
  readonly #deps: ChatDeps;
  readonly #sending: Sending;
  readonly #following: Following;
  readonly #opening: Opening;

  constructor(deps: ChatDeps) {
    this.#deps = deps;
    this.#following = new Following(this.store, deps);
    this.#sending = new Sending(this.store, deps, {
      accepted: (outgoing, sent) => this.#accepted(outgoing, sent),
      ended: () => void this.#opening.catchUp(),
    });
    this.#opening = new Opening(this.store, deps, this.#sending, this.#following);
  }

  /** Shows what the address names, and finishes sending what an earlier load of this tab left. */
  start(conversationId: string | null, messageId: string | null = null): void {
    this.#sending.resume();
    this.show(conversationId, messageId);
  }

  /** Opens a conversation, or a new one, and puts it in the address bar. With a message: where that is. */
  open(conversationId: string | null, messageId: string | null = null): void {
    this.#deps.navigate(conversationId, "push");
    const here = conversationId === this.#state.conversationId && this.#state.phase === "ready";
    if (here && messageId !== null) void this.#opening.seek(messageId);
    else this.show(conversationId, messageId);
  }

  /** Opens it without touching the address: it already says so. */
  show(conversationId: string | null, messageId: string | null = null): void {
    this.#opening.open(conversationId, messageId);
  }

  /** Somebody signed out: nothing they wrote stays behind, and nothing of theirs is sent any more. */
  forget(): void {
    this.#deps.memory.clear();
    this.#dispatch({ type: "cleared" });
    this.open(null);
  }

  /**
   * Somebody signed in. The open conversation stays if it is theirs, as a guest's is when it came along. Otherwise a
   * new one begins, with what was being typed.
   */
  async changeHands(): Promise<void> {
    this.dismissProblem();
    const { conversationId } = this.#state;
    if (conversationId === null) return;
    try {
      await this.#deps.api.conversation(conversationId);
    } catch (error) {
      if (!isMissing(error) || this.#state.conversationId !== conversationId) return;
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
    if (!canSend(this.#state) || lengthOf(this.#state.draft) > this.#deps.maxChars) return;
    const { draft, conversationId } = this.#state;
    this.#sending.send({ content: draft.trim(), tier, conversationId, editOf: null });
    this.write("");
  }

  /** Tries the unsent message again, under the key it had. */
  resend(): void {
    this.#sending.again();
  }

  discard(): void {
    this.#sending.discard();
  }

  /** Words a question anew, in its place; the last one where none is named. Whether that is possible now. */
  edit(messageId: string | null = null): boolean {
    const { messages } = this.#state;
    const question = messageId === null ? lastQuestion(messages) : messages.find((m) => m.id === messageId);
    if (question?.role !== "user" || isLocked(this.#state)) return false;
    this.#dispatch({ type: "editStarted", editing: { messageId: question.id, text: question.content } });
    return true;
  }

  /** What is typed there isn't shown anywhere else: it is kept for a reload, and for nothing else. */
  writeEdit(text: string): void {
    const { conversationId, editing } = this.#state;
    if (conversationId === null || editing === null) return;
    this.#deps.memory.keepEdit(conversationId, { messageId: editing.messageId, text });
  }

  cancelEdit(): void {
    const { conversationId } = this.#state;
    if (conversationId !== null) this.#deps.memory.keepEdit(conversationId, null);
    this.#dispatch({ type: "editEnded" });
  }

  /** Sends the question in its new words; the old ones, and what followed from them, stay as another version. */
  sendEdit(text: string, tier: TierId): void {
    const { conversationId, editing } = this.#state;
    if (conversationId === null || editing === null || isLocked(this.#state) || text.trim() === "") return;
    this.#sending.send({ content: text.trim(), tier, conversationId, editOf: editing.messageId });
    this.cancelEdit();
  }

  /** Shows another version of a question or an answer, with what followed from it. */
  async switchTo(messageId: string): Promise<void> {
    if (!isLocked(this.#state)) await this.#opening.branch(messageId);
  }

  async stop(): Promise<void> {
    const { conversationId } = this.#state;
    const jobId = pendingAnswer(this.#state)?.jobId ?? null;
    if (jobId === null || conversationId === null) return;
    this.#dispatch({ type: "asked", jobId, what: "stop" });
    try {
      await this.#deps.api.stop(jobId);
      this.#deps.tellTabs(conversationId);
    } catch (error) {
      this.#dispatch({ type: "asked", jobId, what: null });
      // The answer may have ended in the same moment: then there is nothing to tell.
      if (!hasStatus(error, 404, 409)) this.#raise(error, null);
    }
  }

  /** Has an answer written anew by this tier: beside it, if there is something to read in it, or else in its place. */
  async retry(jobId: string, tier: TierId): Promise<void> {
    const { conversationId, messages } = this.#state;
    const answer = messages.find((m) => isAnswerOf(m, jobId));
    if (answer?.role !== "assistant" || answer.asked !== null || isLocked(this.#state)) return;
    this.#dispatch({ type: "asked", jobId, what: "retry" });
    try {
      const { jobId: newJobId, answerId } = await this.#retried(jobId, tier);
      this.#dispatch({ type: "retryAccepted", jobId, newJobId, answerId });
      this.#following.follow();
      this.#deps.changed();
      if (conversationId !== null) this.#deps.tellTabs(conversationId);
      void this.#opening.catchUp();
    } catch (error) {
      this.#dispatch({ type: "asked", jobId, what: null });
      this.#raise(error, tier);
      void (hasStatus(error, 404, 409) ? this.#opening.refresh() : this.#opening.catchUp());
    }
  }

  /** Under one key: what was lost on the way is asked for again, and counts once. */
  async #retried(jobId: string, tier: TierId) {
    const ask = { jobId, tier, idempotencyKey: this.#deps.newKey() };
    try {
      return await this.#deps.api.retry(ask);
    } catch (error) {
      if (!isTransient(error)) throw error;
      await this.#deps.wait(RETRY_AGAIN_MS);
      return await this.#deps.api.retry(ask);
    }
  }

  /** Thumbs up or down, shown at once; taken back if the server doesn't take it. */
  async rate(jobId: string, rating: Rating): Promise<void> {
    const answer = this.#state.messages.find((m) => isAnswerOf(m, jobId));
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
    const { phase, conversationId } = this.#state;
    this.resend();
    if (phase === "failed") this.show(conversationId);
    else this.#following.renew();
  }

  /** Somebody is looking again, maybe after the machine slept: a stream may have died unnoticed. */
  wake(): void {
    this.#following.wake();
  }

  /** It may have changed elsewhere: reads it again, and shows what differs. What is read and typed stays. */
  async refresh(): Promise<void> {
    await this.#opening.refresh();
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
    this.store.dispatch(event);
  }

  #accepted(outgoing: Outgoing, sent: Sent): void {
    const before = this.#state;
    const { conversationId } = sent;
    this.#dispatch({ type: "sendAccepted", key: outgoing.key, ...sent });
    this.#deps.changed();
    this.#deps.tellTabs(conversationId);
    if (before.conversationId !== outgoing.conversationId) return;
    if (before.conversationId === null) this.#moveDraft(conversationId);
    const isShown = this.#state.messages.some((m) => isAnswerOf(m, sent.jobId));
    // A load that began before the message was written would miss it: load again.
    if (before.phase === "loading" || before.phase === "failed") this.show(conversationId);
    else if (isShown) this.#following.follow();
    else void this.#opening.refresh();
  }

  /** A new conversation got its id: the address and what is typed by now belong to it. */
  #moveDraft(conversationId: string): void {
    this.#deps.navigate(conversationId, "replace");
    this.#deps.memory.keepDraft(null, "");
    this.#deps.memory.keepDraft(conversationId, this.#state.draft);
  }

  #raise(error: unknown, tier: TierId | null): void {
    this.#dispatch({ type: "problemRaised", problem: this.#deps.explain(error, tier) });
  }
}
