/** Builds the chat page's parts and connects them. Everything that lives as long as the page is made here. */
import { type Api, createApi } from "../api/api";
import { createRequest } from "../api/request";
import type { PageConfig, Tier, TierId } from "../api/types";
import { wait } from "../lib/backoff";
import { gate, pageClock } from "../lib/clock";
import { safeStorage } from "../lib/storage";
import type { Store } from "../lib/store";
import { Live } from "../live/live";
import { Session } from "../session/session";
import { type DiscoveredWallet, discoverWallets } from "../wallet/discovery";
import { ChatController } from "./controller";
import type { History } from "./history";
import { Library } from "./library";
import { ChatMemory } from "./memory";
import { cheapest, problemOf } from "./problems";
import { browserStreams } from "./stream";

export interface ChatApp {
  config: PageConfig;
  api: Api;
  session: Session;
  live: Live;
  library: Library;
  history: History;
  memory: ChatMemory;
  chat: ChatController;
  wallets: Store<readonly DiscoveredWallet[]>;
}

export function createChatApp(config: PageConfig): ChatApp {
  const api = createApi(
    createRequest({ fetch: (url, init) => fetch(url, init), cookies: () => document.cookie }),
  );
  const session = new Session(api);
  const live = new Live({ balance: (credits) => session.creditsChanged(credits) });
  const memory = new ChatMemory(safeStorage("localStorage"), safeStorage("sessionStorage"));
  const library = new Library({
    api,
    storage: memory.lasting,
    clock: pageClock,
    now: Date.now,
    tab: newKey(),
    forgetDrafts: (id) => (id === null ? memory.forgetDrafts() : memory.keepDraft(id, "")),
  });
  const chat = new ChatController({
    api,
    memory,
    streams: browserStreams,
    wait,
    newKey,
    navigate,
    explain: (error, tier) =>
      problemOf(error, {
        signedIn: Boolean(session.me?.user),
        credits: session.me?.credits ?? null,
        tier: tierNamed(config.tiers, tier),
        tiers: config.tiers,
      }),
    changed: () => {
      memory.keepWrote();
      void session.refresh();
      library.changed();
    },
  });
  const { history } = library;
  return { config, api, session, live, library, history, memory, chat, wallets: discoverWallets(window) };
}

/** Starts what the page does from its first moment. */
export function startChatApp(app: ChatApp): void {
  const { api, live, chat } = app;
  void whoIsHere(app);
  void live.seed(api.network);
  live.connect();
  startLibrary(app);
  chat.start(conversationInPath(location.pathname));
  window.addEventListener("popstate", () => chat.show(conversationInPath(location.pathname)));
  window.addEventListener("online", () => chat.reconnect());
}

/** How old the list may be when somebody comes back to the page: another device may have written. */
const LIST_FRESH_MS = 10_000;

function startLibrary({ library, chat, session, memory }: ChatApp): void {
  library.start({
    id: () => chat.store.get().conversationId,
    open: (id) => chat.open(id),
    reload: () => chat.show(chat.store.get().conversationId),
  });
  window.addEventListener("storage", (event) => library.storageChanged(event.key));
  window.addEventListener("pagehide", () => library.deletions.leave());
  const due = gate(pageClock, LIST_FRESH_MS);
  document.addEventListener("visibilitychange", () => {
    const listed = memory.wrote() || Boolean(session.me?.user);
    if (document.visibilityState === "visible" && listed && due()) void library.history.refresh();
  });
}

/** Visitors who never wrote have no conversations, and asking for them would be answered with an error. */
async function whoIsHere({ session, history, memory }: ChatApp): Promise<void> {
  const wrote = memory.wrote();
  if (wrote) void history.refresh();
  await session.refresh();
  if (wrote) return;
  if (session.me?.user) await history.refresh();
  else history.clear();
}

/** Another person is here now. */
export function signedIn({ session, live, history, chat }: ChatApp): void {
  void session.refresh();
  void history.refresh();
  live.connect();
  void chat.changeHands();
}

export async function signOut({ session, live, library, chat }: ChatApp): Promise<void> {
  await library.signingOut();
  await session.signOut();
  chat.forget();
  library.forget();
  live.connect();
}

export function conversationInPath(path: string): string | null {
  return /^\/c\/([A-Za-z0-9_-]+)\/?$/.exec(path)?.[1] ?? null;
}

function navigate(conversationId: string | null, how: "push" | "replace"): void {
  const path = conversationId === null ? "/" : `/c/${conversationId}`;
  if (how === "replace") window.history.replaceState(null, "", path);
  else if (path !== location.pathname) window.history.pushState(null, "", path);
}

/** `randomUUID` exists in secure contexts only, and a development server on a LAN isn't one. */
function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function tierNamed(tiers: readonly Tier[], id: TierId | null): Tier {
  return tiers.find((tier) => tier.id === id) ?? cheapest(tiers);
}
