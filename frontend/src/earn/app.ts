/** What the Earn page is made of. The parts are built and connected here; the pieces of the page use them. */
import { type Api, createApi } from "../api/api";
import { createRequest } from "../api/request";
import type { EarnConfig, WorkerStats } from "../api/types";
import { type BesideChat, besideChat } from "../chat/beside";
import type { Model, ModelBuild, Probe } from "../engine/engine";
import { judge } from "../engine/fit";
import { probe } from "../engine/probe";
import { createWeightsOnDisk } from "../engine/weights/disk";
import { safeStorage } from "../lib/storage";
import type { Readable, Store } from "../lib/store";
import { Live } from "../live/live";
import { Session } from "../session/session";
import { type DiscoveredWallet, discoverWallets } from "../wallet/discovery";
import { browserScreen, keepScreenOn, showInTitle } from "./companions";
import { EarnController } from "./controller";
import { StatsDashboard } from "./dashboard";
import { browserLock } from "./gpu-lock";
import type { Problem } from "./problems";
import { readinessOf } from "./readiness";
import type { EarnState } from "./state";

/** A model of the catalogue, judged for this browser's adapter. */
export interface ModelChoice {
  model: Model;
  /** What would be loaded, or null when nothing of it fits. */
  build: ModelBuild | null;
  /** One sentence, where it doesn't fit. */
  why: string | null;
  recommended: boolean;
}

/** What this browser can do, known as soon as the page has asked; no engine is loaded for it. */
export type Readiness =
  | { phase: "asking" }
  | { phase: "unusable"; probe: Probe; problem: Problem }
  | { phase: "usable"; choices: readonly ModelChoice[]; chosenId: string };

/** The tab was hidden for a while: how it went on meanwhile. Null speeds: nothing was generated. */
export interface BackgroundNote {
  seconds: number;
  jobs: number;
  tokensPerSecondHidden: number | null;
  tokensPerSecondShown: number | null;
}

export type DashboardState =
  | { phase: "loading" }
  | { phase: "ready"; stats: WorkerStats; stale: boolean }
  | { phase: "failed"; message: string };

export interface Earn {
  readonly state: Store<EarnState>;
  readonly readiness: Store<Readiness>;
  readonly background: Store<BackgroundNote | null>;
  /** Bytes of weights on this disk by model id; null until asked. */
  readonly disk: Store<ReadonlyMap<string, number> | null>;
  choose(modelId: string): void;
  /** Loads the engine and the model, tests it, registers, and works until stopped. Needs a signed-in person. */
  start(): void;
  /** The answer that is being written is finished first. Also pauses it on the server. */
  pause(): void;
  resume(): void;
  /** Finishes the answer that is being written, then stops. */
  stopAfterJob(): void;
  /** Stops now; what was begun is handed on. Also ends loading. */
  stop(): void;
  /** Takes the GPU over from the other tab. */
  takeOver(): void;
  dismissBackground(): void;
  freeDisk(modelId?: string): Promise<void>;
}

export interface Dashboard {
  readonly store: Store<DashboardState>;
  refresh(): Promise<void>;
  /** Both reject with `ApiError`. */
  pauseWorker(id: string, paused: boolean): Promise<void>;
  removeWorker(id: string): Promise<void>;
}

export interface EarnApp {
  config: EarnConfig;
  api: Api;
  session: Session;
  live: Live;
  chat: BesideChat;
  wallets: Store<readonly DiscoveredWallet[]>;
  earn: EarnController;
  dashboard: StatsDashboard;
}

/** Builds the page's parts and connects them. Loads nothing of the engine. */
export function createEarnApp(config: EarnConfig): EarnApp {
  const api = createApi(
    createRequest({ fetch: (url, init) => fetch(url, init), cookies: () => document.cookie }),
  );
  const session = new Session(api);
  const live = new Live({ balance: (credits) => session.creditsChanged(credits) });
  const storage = safeStorage("localStorage");
  const earn = new EarnController({
    config: config.earn,
    api,
    session,
    look: async () => readinessOf(await probe(), config.earn, judge, storage),
    weights: async () => createWeightsOnDisk(),
    launch: async (input) => (await import("./launch")).launch(input),
    lock: browserLock(navigator.locks),
    storage,
    now: () => performance.now(),
    answered: () => dashboard.soon(),
  });
  const dashboard = new StatsDashboard({
    api,
    session,
    visible: () => document.visibilityState === "visible",
    changed: (workerId, what) => earn.changedElsewhere(workerId, what),
  });
  // Who signs out in another tab hasn't said that this machine should stop.
  const chat = besideChat(api, () => undefined);
  return { config, api, session, live, chat, wallets: discoverWallets(window), earn, dashboard };
}

/** Starts what the page does from its first moment. */
export function startEarnApp({ api, session, live, earn, dashboard }: EarnApp): void {
  keepScreenOn(earn.state, browserScreen);
  showInTitle(earn.state, earn.answers, document);
  earn.open();
  dashboard.open();
  void session.refresh();
  void live.seed(api.network);
  live.connect();
  document.addEventListener("visibilitychange", () => {
    earn.visibilityChanged(document.visibilityState === "hidden");
    dashboard.visibilityChanged();
  });
  window.addEventListener("pagehide", () => earn.leave());
  onPhaseChange(earn.state, () => dashboard.soon());
  window.addEventListener("online", () => earn.online());
}

/** Whether this tab's worker is online shows among the figures too. */
function onPhaseChange(state: Readable<EarnState>, callback: () => void): void {
  let phase = state.get().phase;
  state.subscribe(() => {
    const now = state.get().phase;
    if (now !== phase) callback();
    phase = now;
  });
}

/** Another person is here now. */
export function signedIn({ session, live, chat }: EarnApp): void {
  void session.refresh();
  live.connect();
  chat.signedIn();
}

/** A worker that runs is stopped with it. Rejects with `ApiError`. */
export async function signOut({ session, live, chat }: EarnApp): Promise<void> {
  await chat.signingOut();
  await session.signOut();
  live.connect();
  chat.signedOut();
}
