/** What the Earn page is made of. The parts are built and connected here; the pieces of the page use them. */
import type { Api } from "../api/api";
import type { EarnConfig, WorkerStats } from "../api/types";
import type { Model, ModelBuild, Probe } from "../engine/engine";
import type { Store } from "../lib/store";
import type { Live } from "../live/live";
import type { Session } from "../session/session";
import type { DiscoveredWallet } from "../wallet/discovery";
import type { Problem } from "./problems";
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
  wallets: Store<readonly DiscoveredWallet[]>;
  earn: Earn;
  dashboard: Dashboard;
}
