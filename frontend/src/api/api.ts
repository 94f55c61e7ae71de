import { nothing } from "../lib/decode";
import type { Request } from "./request";
import * as types from "./types";

export interface SendInput {
  tier: types.TierId;
  content: string;
  conversationId: string | null;
  idempotencyKey: string;
}

/** What of a conversation a person can change. */
export type ConversationChange = { title: string } | { pinned: boolean };

const CONVERSATIONS = "/api/chat/conversations";

/** The calls that the pages make for whoever is signed in, one method each. */
export function createApi(request: Request) {
  return {
    me: () => request({ method: "GET", path: "/api/me", decode: types.me }),
    nonce: () => request({ method: "POST", path: "/api/auth/nonce", decode: types.signInNonce }),
    verify: (message: string, signature: string) =>
      request({
        method: "POST",
        path: "/api/auth/verify",
        body: { message, signature },
        decode: types.signedIn,
      }),
    logout: () => request({ method: "POST", path: "/api/auth/logout", decode: nothing }),
    createKey: (name: string) =>
      request({ method: "POST", path: "/api/keys", body: { name }, decode: types.newKey }),
    network: () => request({ method: "GET", path: "/api/network", decode: types.network }),

    send: ({ tier, content, conversationId, idempotencyKey }: SendInput) =>
      request({
        method: "POST",
        path: "/api/chat/send",
        body: conversationId === null ? { tier, content } : { tier, content, conversationId },
        headers: { "Idempotency-Key": idempotencyKey },
        decode: types.sent,
      }),
    stop: (jobId: string) =>
      request({ method: "POST", path: "/api/chat/stop", body: { jobId }, decode: nothing }),
    retry: (jobId: string) =>
      request({ method: "POST", path: "/api/chat/retry", body: { jobId }, decode: types.retried }),

    /** How an answer was made; null until that is known. */
    receipt: (jobId: string) =>
      request({
        method: "GET",
        path: `/api/chat/receipt${query({ jobId })}`,
        decode: types.receiptAnswer,
      }),
    /** What the person thinks of an answer; 0 takes it back. */
    rate: (jobId: string, rating: types.Rating) =>
      request({ method: "POST", path: "/api/chat/rate", body: { jobId, rating }, decode: types.rated }),

    /** A page of the list; how long it is, is the server's choice unless `limit` says. */
    conversations: (cursor: string | null, limit: number | null = null) =>
      request({
        method: "GET",
        path: `${CONVERSATIONS}${query({ cursor, limit: limit === null ? null : String(limit) })}`,
        decode: types.conversationPage,
      }),
    /** Conversations in whose title or text these words are. */
    searchConversations: (words: string, cursor: string | null, signal?: AbortSignal) =>
      request({
        method: "GET",
        path: `${CONVERSATIONS}${query({ q: words, cursor })}`,
        decode: types.conversationPage,
        ...(signal === undefined ? {} : { signal }),
      }),
    conversation: (id: string) =>
      request({ method: "GET", path: conversationPath(id), decode: types.conversation }),
    changeConversation: (id: string, change: ConversationChange) =>
      request({
        method: "PATCH",
        path: conversationPath(id),
        body: change,
        decode: types.conversationSummary,
      }),
    /** `keepalive`: the page is being left, and the call must outlive it. */
    deleteConversation: (id: string, how: { keepalive?: boolean } = {}) =>
      request({ method: "DELETE", path: conversationPath(id), decode: nothing, ...how }),
    deleteAllConversations: () => request({ method: "DELETE", path: CONVERSATIONS, decode: nothing }),

    /** Makes a new worker that runs in this browser. */
    registerWorker: (model: string) =>
      request({
        method: "POST",
        path: "/api/worker/register",
        body: { type: "browser", model },
        decode: types.registeredWorker,
      }),
    workerStats: () => request({ method: "GET", path: "/api/worker/stats", decode: types.workerStats }),
    setWorkerPaused: (id: string, paused: boolean) =>
      request({ method: "PATCH", path: workerPath(id), body: { paused }, decode: types.workerPaused }),
    removeWorker: (id: string) => request({ method: "DELETE", path: workerPath(id), decode: nothing }),
  };
}

export type Api = ReturnType<typeof createApi>;

/** Where a browser downloads a conversation from, or with null all of them. The server names the file. */
export function exportLink(conversationId: string | null, format: "json" | "markdown"): string {
  const path = conversationId === null ? "/api/chat/export" : `${conversationPath(conversationId)}/export`;
  return `${path}${query({ format })}`;
}

function conversationPath(id: string): string {
  return `${CONVERSATIONS}/${encodeURIComponent(id)}`;
}

/** `?a=b&c=d` of what isn't null; nothing where all is. */
function query(fields: Readonly<Record<string, string | null>>): string {
  const given = Object.entries(fields).filter((entry): entry is [string, string] => entry[1] !== null);
  return given.length === 0 ? "" : `?${new URLSearchParams(given)}`;
}

function workerPath(id: string): string {
  return `/api/worker/${encodeURIComponent(id)}`;
}
