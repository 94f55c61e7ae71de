/** What the treasury page is made of: one public answer, asked for again while somebody looks. */
import { Feed, followVisibility } from "../api/feed";
import type { MoneyConfig, Treasury } from "../api/money";
import { createMoneyApp, type MoneyApp } from "../money/app";
import { startPage } from "../page/page";

/** The server keeps its answer for ten seconds. */
const EVERY_MS = 20_000;

export interface TreasuryApp extends MoneyApp {
  treasury: Feed<Treasury>;
}

export function createTreasuryApp(config: MoneyConfig): TreasuryApp {
  const page = createMoneyApp(config);
  const visible = () => document.visibilityState === "visible";
  const treasury = new Feed({ ask: () => page.money.treasury(), everyMs: () => EVERY_MS, visible });
  return { ...page, treasury };
}

export function startTreasuryApp(app: TreasuryApp): void {
  startPage(app);
  app.treasury.open();
  followVisibility(document, [app.treasury]);
}
