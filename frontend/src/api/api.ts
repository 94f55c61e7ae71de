import { nothing } from "../lib/decode";
import type { Request } from "./request";
import * as types from "./types";

export interface SendInput {
  tier: types.TierId;
  content: string;
  conversationId: string | null;
  idempotencyKey: string;
}

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

    conversations: (cursor: string | null) =>
      request({
        method: "GET",
        path:
          cursor === null
            ? "/api/chat/conversations"
            : `/api/chat/conversations?cursor=${encodeURIComponent(cursor)}`,
        decode: types.conversationPage,
      }),
    conversation: (id: string) =>
      request({ method: "GET", path: conversationPath(id), decode: types.conversation }),
    deleteConversation: (id: string) =>
      request({ method: "DELETE", path: conversationPath(id), decode: nothing }),

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

function conversationPath(id: string): string {
  return `/api/chat/conversations/${encodeURIComponent(id)}`;
}

function workerPath(id: string): string {
  return `/api/worker/${encodeURIComponent(id)}`;
}
