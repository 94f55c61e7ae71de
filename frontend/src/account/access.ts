/** Who may act for a person, and all that is held of them: the parts of the account page that aren't money. */
import { type AccountApi, createAccountApi } from "../api/account";
import { Feed } from "../api/feed";
import { ApiError } from "../api/request";
import type { AccountApp } from "./app";

const CALM_MS = 30_000;
const OURS = "ashao.";
/** The key of the development wallet is not ours to throw away: money may hang on it. */
const KEPT = "ashao.devWallet";

/** A list on show, which is asked for again when something in it was changed. */
export type Listed<K extends "keys" | "workers" | "sessions"> = Feed<Awaited<ReturnType<AccountApi[K]>>>;

export interface Access {
  api: AccountApi;
  keys: Listed<"keys">;
  workers: Listed<"workers">;
  sessions: Listed<"sessions">;
}

export function createAccess({ request, session }: Pick<AccountApp, "request" | "session">): Access {
  const api = createAccountApi(request);
  const visible = () => document.visibilityState === "visible";
  const feed = <T>(ask: () => Promise<T>) =>
    new Feed({ ask: () => whileSignedIn(ask, session), everyMs: () => CALM_MS, visible });
  return { api, keys: feed(api.keys), workers: feed(api.workers), sessions: feed(api.sessions) };
}

/** Where the call finds nobody signed in any more, the page looks who is here. */
export async function whileSignedIn<T>(
  ask: () => Promise<T>,
  session: { refresh: () => Promise<void> },
): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof ApiError && error.status === 401) void session.refresh();
    throw error;
  }
}

/** Drafts and whatever else this browser keeps of our pages. */
export function forgetHere(page: Pick<Window, "localStorage" | "sessionStorage">): void {
  for (const kind of ["localStorage", "sessionStorage"] as const) {
    try {
      forgetIn(page[kind]);
    } catch {
      // A browser that denies storage has kept nothing in it.
    }
  }
}

function forgetIn(storage: Pick<Storage, "key" | "length" | "removeItem">): void {
  const names = Array.from({ length: storage.length }, (_none, index) => storage.key(index));
  for (const name of names) {
    if (name?.startsWith(OURS) && name !== KEPT) storage.removeItem(name);
  }
}
