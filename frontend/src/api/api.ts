import { address, type Body, createCall } from "./operation";
import * as operations from "./operations";
import type { Request } from "./request";
import type { ConversationSummary, Rating, TierId } from "./types";

export interface SendInput {
  tier: TierId;
  content: string;
  conversationId: string | null;
  /** A question of that conversation, of which this is another wording. */
  editOf?: string | null;
  idempotencyKey: string;
}

/** What of a conversation a person can change. */
export type ConversationChange = Body<"/api/chat/conversations/{conversation_id}", "PATCH">;

/** The calls that the pages make for whoever is signed in, one method each. */
export function createApi(request: Request) {
  const call = createCall(request);
  return {
    me: () => call(operations.me),
    /** What signing in would bring, and what there is without. */
    welcome: () => call(operations.welcome),
    nonce: () => call(operations.authNonce),
    verify: (message: string, signature: string) =>
      call(operations.authVerify, { body: { message, signature } }),
    logout: () => call(operations.authLogout),
    /** A key for a machine: it can work, and nothing else. */
    createWorkerKey: (name: string) => call(operations.keysCreate, { body: { name, scopes: ["worker"] } }),
    network: () => call(operations.network),

    send: ({ tier, content, conversationId, editOf = null, idempotencyKey }: SendInput) =>
      call(operations.chatSend, {
        body: {
          tier,
          content,
          ...(conversationId === null ? {} : { conversationId }),
          ...(editOf === null ? {} : { editOf }),
        },
        headers: { "Idempotency-Key": idempotencyKey },
      }),
    stop: async (jobId: string) => {
      await call(operations.chatStop, { body: { jobId } });
    },
    retry: ({ jobId, tier, idempotencyKey }: { jobId: string; tier: TierId; idempotencyKey: string }) =>
      call(operations.chatRetry, {
        body: { jobId, tier },
        headers: { "Idempotency-Key": idempotencyKey },
      }),
    /** Shows the path that runs through this message to its newest end. */
    branch: (messageId: string) => call(operations.chatBranch, { body: { messageId } }),

    /** How an answer was made; null until that is known. */
    receipt: (jobId: string) => call(operations.chatReceipt, { query: { jobId } }),
    /** What the person thinks of an answer; 0 takes it back. */
    rate: (jobId: string, rating: Rating) => call(operations.chatRate, { body: { jobId, rating } }),

    /** A page of the list; how long it is, is the server's choice unless `limit` says. */
    conversations: (cursor: string | null, limit: number | null = null) =>
      call(operations.conversationsList, { query: { cursor, limit } }),
    /** Conversations in whose title or text these words are. */
    searchConversations: (words: string, cursor: string | null, signal?: AbortSignal) =>
      call(operations.conversationsList, {
        query: { q: words, cursor },
        ...(signal === undefined ? {} : { signal }),
      }),
    conversation: (id: string) => call(operations.conversationsRead, { path: { conversation_id: id } }),
    changeConversation: async (id: string, change: ConversationChange): Promise<ConversationSummary> => {
      const path = { conversation_id: id };
      const changed = await call(operations.conversationsChange, { path, body: change });
      return { ...changed, snippet: null, messageId: null };
    },
    /** `keepalive`: the page is being left, and the call must outlive it. */
    deleteConversation: (id: string, how: { keepalive?: boolean } = {}) =>
      call(operations.conversationsDelete, { path: { conversation_id: id }, ...how }),
    deleteAllConversations: () => call(operations.conversationsDeleteAll),

    /** Makes a new worker that runs in this browser. */
    registerWorker: (model: string) => call(operations.workerRegister, { body: { type: "browser", model } }),
    workerStats: () => call(operations.workerStats),
    setWorkerPaused: (id: string, paused: boolean) =>
      call(operations.workerChange, { path: { worker_id: id }, body: { paused } }),
    removeWorker: (id: string) => call(operations.workerRemove, { path: { worker_id: id } }),
  };
}

export type Api = ReturnType<typeof createApi>;

/** Where a browser downloads a conversation from, or with null all of them. The server names the file. */
export function exportLink(conversationId: string | null, format: "json" | "markdown"): string {
  const query = { format };
  if (conversationId === null) return address("/api/chat/export", { query });
  return address("/api/chat/conversations/{conversation_id}/export", {
    path: { conversation_id: conversationId },
    query,
  });
}
