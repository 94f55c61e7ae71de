/** Reads the answer that is being written in the open conversation, to its end and its receipt. */
import type { Api } from "../../api/api";
import { isMissing, isTransient } from "../../api/failures";
import type { Conversation } from "../../api/types";
import { backoffMs } from "../../lib/backoff";
import { isAnswerOf } from "./messages";
import { type ChatEvent, pendingAnswer } from "./state";
import type { ChatStore } from "./store";
import { type Reading, readStream, type StreamPlatform } from "./stream/stream";

/** The stream ends a moment before the books are closed. */
const RECEIPT_TRIES = 4;
const RECEIPT_RETRY = { firstMs: 400, maxMs: 3_000 };

export interface FollowingDeps {
  api: Pick<Api, "conversation" | "receipt">;
  streams: StreamPlatform;
  wait: (ms: number) => Promise<void>;
  /** An answer has ended: balance and history may differ. */
  changed: () => void;
}

export class Following {
  readonly #store: ChatStore;
  readonly #deps: FollowingDeps;
  #reading: { jobId: string; stream: Reading } | null = null;

  constructor(store: ChatStore, deps: FollowingDeps) {
    this.#store = store;
    this.#deps = deps;
  }

  leave(): void {
    this.#reading?.stream.close();
    this.#reading = null;
  }

  /** Goes on with a stream that has stopped, or that another network carries. */
  renew(): void {
    this.#reading?.stream.renew();
  }

  /** Goes on with a stream that has stopped, or may have. */
  wake(): void {
    this.#reading?.stream.wake();
  }

  /** Streams the pending answer of the open conversation, if there is one; one that is read already is read on. */
  follow(): void {
    const jobId = pendingAnswer(this.#store.get())?.jobId ?? null;
    const { conversationId } = this.#store.get();
    if (jobId !== null && this.#reading?.jobId === jobId) return;
    this.leave();
    if (jobId === null || conversationId === null) return;
    this.#store.dispatch({ type: "streamOpened", jobId });
    const stream = readStream(
      jobId,
      {
        text: (text) => this.#store.dispatch({ type: "textArrived", jobId, text }),
        thought: (text) => this.#store.dispatch({ type: "thoughtArrived", jobId, text }),
        restarted: () => this.#store.dispatch({ type: "streamOpened", jobId }),
        done: (finish) => {
          this.#settle({ type: "answerDone", jobId, finish });
          void this.#askReceipt(jobId);
        },
        failed: (message) => this.#settle({ type: "answerFailed", jobId, message }),
        connection: (connection) => this.#store.dispatch({ type: "connectionChanged", connection }),
        refused: () => this.#standing(conversationId, jobId),
      },
      this.#deps.streams,
    );
    this.#reading = { jobId, stream };
  }

  #settle(event: ChatEvent): void {
    this.#reading = null;
    this.#store.dispatch(event);
    this.#deps.changed();
    this.follow(); // Two devices may have asked at once.
  }

  /** A receipt is good to have and no more: without it the answer is shown as it is. */
  async #askReceipt(jobId: string): Promise<void> {
    for (let attempt = 0; attempt < RECEIPT_TRIES; attempt += 1) {
      if (attempt > 0) await this.#deps.wait(backoffMs(attempt - 1, RECEIPT_RETRY));
      if (!this.#store.get().messages.some((m) => isAnswerOf(m, jobId))) return;
      try {
        const { receipt } = await this.#deps.api.receipt(jobId);
        if (receipt === null) continue;
        this.#store.dispatch({ type: "receiptArrived", jobId, receipt });
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
      if (!isMissing(error)) return "pending";
      if (this.#isReading(jobId)) {
        this.#reading = null;
        this.#store.dispatch({ type: "loadFailed", missing: true });
      }
      return "settled";
    }
    if (!this.#isReading(jobId)) return "settled";
    const saved = conversation.messages.find((m) => m.role === "assistant" && m.jobId === jobId);
    if (saved?.status === "pending") return "pending";
    this.#store.dispatch({ type: "connectionChanged", connection: "steady" });
    this.#settle({ type: "loaded", conversation });
    return "settled";
  }

  #isReading(jobId: string): boolean {
    return this.#reading?.jobId === jobId;
  }
}
