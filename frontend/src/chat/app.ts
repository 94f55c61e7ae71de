/** Builds the chat page's parts and connects them. Everything that lives as long as the page is made here. */
import type { ChatConfig, Tier, TierId } from "../api/types";
import { wait } from "../lib/backoff";
import { gate, pageClock } from "../lib/clock";
import { assertNever } from "../lib/never";
import { randomKey } from "../lib/random-key";
import { safeStorage } from "../lib/storage";
import { createPage, lookAgain, onPerson, type Page } from "../page/page";
import { browserReturns, onReturn } from "./coming-back";
import { ChatController } from "./conversation/controller";
import { ChatMemory } from "./conversation/memory";
import type { ConversationParts } from "./conversation/parts";
import { fewConnections } from "./conversation/stream/slots";
import { browserStreams } from "./conversation/stream/stream";
import type { History } from "./library/history";
import { Library } from "./library/library";
import { joinTabs, type TabNews, type Tabs } from "./tabs";
import { cheapest, problemOf } from "./tiers/problems";

export interface ChatApp extends Page, ConversationParts {
  library: Library;
  history: History;
  tabs: Tabs;
}

export function createChatApp(config: ChatConfig): ChatApp {
  const page = createPage();
  const { api, session } = page;
  const memory = new ChatMemory(safeStorage("localStorage"), safeStorage("sessionStorage"), randomKey);
  const library = new Library({
    api,
    storage: memory.lasting,
    clock: pageClock,
    now: Date.now,
    tab: randomKey(),
    forgetDrafts: (id) => memory.forgetDrafts(id),
  });
  const tabs = joinTabs((news) => hear(app, news));
  const chat = new ChatController({
    api,
    memory,
    streams: fewConnections(browserStreams),
    wait,
    newKey: randomKey,
    navigate,
    maxChars: config.messageMaxChars,
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
    tellTabs: (id) => tabs.tell({ type: "conversation", id }),
  });
  const { history } = library;
  const app: ChatApp = { ...page, config, library, history, memory, chat, tabs };
  return app;
}

/** Starts what the page does from its first moment. */
export function startChatApp(app: ChatApp): void {
  const { api, live, chat } = app;
  void whoIsHere(app);
  onPerson(app, (userId) => userId !== null && isHere(app, userId));
  live.start(api.network);
  startLibrary(app);
  chat.start(conversationInPath(location.pathname), takeMessageInAddress());
  window.addEventListener("popstate", () => chat.show(conversationInPath(location.pathname)));
  window.addEventListener("online", () => chat.reconnect());
  window.addEventListener("pagehide", () => app.memory.leave());
  const due = gate(pageClock, FRESH_MS);
  onReturn(() => void cameBack(app, due), browserReturns);
}

/** How old what is shown may be when somebody comes back to the page: another device may have written. */
const FRESH_MS = 10_000;

function startLibrary({ library, chat }: ChatApp): void {
  library.start({
    id: () => chat.store.get().conversationId,
    open: (id) => chat.open(id),
    reload: () => void chat.refresh(),
  });
  window.addEventListener("storage", (event) => library.storageChanged(event.key));
  window.addEventListener("pagehide", () => library.deletions.leave());
  window.addEventListener("online", () => library.deletions.online());
}

/** The open conversation is read again only if the list says that it has changed, or says nothing of it. */
async function cameBack({ session, history, memory, chat }: ChatApp, due: () => boolean): Promise<void> {
  chat.wake();
  if (!due() || !(memory.wrote() || session.me?.user)) return;
  void session.refresh();
  await history.refresh();
  const { conversationId, updatedAt } = chat.store.get();
  const listed = history.store.get().items.find((item) => item.id === conversationId);
  if (listed === undefined || listed.updatedAt !== updatedAt) await chat.refresh();
}

/** Another tab of this browser did something. */
function hear(app: ChatApp, news: TabNews): void {
  const { chat } = app;
  switch (news.type) {
    case "conversation":
      if (news.id === chat.store.get().conversationId) void chat.refresh();
      return;
    case "signed-in":
      take(app);
      return;
    case "signed-out":
      void app.session.refresh();
      leave(app);
      return;
    default:
      assertNever(news);
  }
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

/** Nothing of somebody who was here before, and didn't sign out, is shown to another, or sent in their name. */
function isHere(app: ChatApp, userId: string): void {
  const { memory, history, chat } = app;
  if (memory.takeFor(userId)) return;
  const { conversationId } = chat.store.get();
  leave(app);
  memory.takeFor(userId);
  void history.refresh();
  if (conversationId !== null) chat.open(conversationId); // It may be theirs: they came for it.
}

/** Another person is here now. */
export function signedIn(app: ChatApp): void {
  take(app);
  app.tabs.tell({ type: "signed-in" });
}

function take(app: ChatApp): void {
  const { history, chat } = app;
  lookAgain(app);
  void history.refresh();
  void chat.changeHands();
}

export async function signOut(app: ChatApp): Promise<void> {
  await app.library.signingOut();
  await app.session.signOut();
  leave(app);
  app.tabs.tell({ type: "signed-out" });
}

/** Nothing of the person who was here stays. */
function leave({ live, library, chat }: ChatApp): void {
  chat.forget();
  library.forget();
  live.connect();
}

export function conversationInPath(path: string): string | null {
  return /^\/c\/([A-Za-z0-9_-]+)\/?$/.exec(path)?.[1] ?? null;
}

/** `/c/conv_…#msg_…`: the message that a link leads to. Then the address is that of the conversation. */
function takeMessageInAddress(): string | null {
  const messageId = /^#(msg_[A-Za-z0-9_-]+)$/.exec(location.hash)?.[1] ?? null;
  if (messageId !== null) window.history.replaceState(null, "", location.pathname);
  return messageId;
}

function navigate(conversationId: string | null, how: "push" | "replace"): void {
  const path = conversationId === null ? "/" : `/c/${conversationId}`;
  if (how === "replace") window.history.replaceState(null, "", path);
  else if (path !== location.pathname) window.history.pushState(null, "", path);
}

function tierNamed(tiers: readonly Tier[], id: TierId | null): Tier {
  return tiers.find((tier) => tier.id === id) ?? cheapest(tiers);
}
