/** What the treasury page is made of: one public answer, asked for again while somebody looks. */
import { Feed, followVisibility } from "../api/feed";
import type { MoneyConfig, Treasury } from "../api/money";
import { createSiteApp, type SiteApp, startSiteApp } from "../site/app";

/** The server keeps its answer for ten seconds. */
const EVERY_MS = 20_000;

export interface TreasuryApp extends SiteApp {
  treasury: Feed<Treasury>;
}

export function createTreasuryApp(config: MoneyConfig): TreasuryApp {
  const site = createSiteApp(config);
  const visible = () => document.visibilityState === "visible";
  const treasury = new Feed({ ask: () => site.money.treasury(), everyMs: () => EVERY_MS, visible });
  return { ...site, treasury };
}

export function startTreasuryApp(app: TreasuryApp): void {
  startSiteApp(app);
  app.treasury.open();
  followVisibility(document, [app.treasury]);
}
