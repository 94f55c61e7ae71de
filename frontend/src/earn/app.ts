/** What the Earn page is made of. The parts are built and connected here; the pieces of the page use them. */
import type { EarnConfig } from "../api/types";
import { createPageBesideChat, type PageBesideChat } from "../chat/beside/page";
import { judge } from "../engine/fit";
import { probe } from "../engine/probe";
import { createWeightsOnDisk } from "../engine/weights/disk";
import { safeStorage } from "../lib/storage";
import type { Readable } from "../lib/store";
import { startPage } from "../page/page";
import { browserScreen, keepScreenOn, showInTitle } from "./companions";
import { EarnController } from "./controller";
import { StatsDashboard } from "./dashboard";
import { browserLock } from "./gpu-lock";
import { readinessOf } from "./readiness";
import type { EarnState } from "./state";

export interface EarnApp extends PageBesideChat {
  config: EarnConfig;
  earn: EarnController;
  dashboard: StatsDashboard;
}

/** Builds the page's parts and connects them. Loads nothing of the engine. */
export function createEarnApp(config: EarnConfig): EarnApp {
  // Who signs out in another tab hasn't said that this machine should stop.
  const page = createPageBesideChat(() => undefined);
  const { api, session } = page;
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
  return { ...page, config, earn, dashboard };
}

/** Starts what the page does from its first moment. */
export function startEarnApp(app: EarnApp): void {
  const { earn, dashboard } = app;
  keepScreenOn(earn.state, browserScreen);
  showInTitle(earn.state, earn.answers, document);
  earn.open();
  dashboard.open();
  startPage(app);
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
