/** What the stake page is made of. Its public part is for everybody, `you` comes with being signed in. */
import { Feed, followVisibility } from "../api/feed";
import type { MoneyConfig, Staking } from "../api/money";
import { createMoneyApp, type MoneyApp } from "../money/app";
import { onPerson, startPage } from "../page/page";
import { pendingWei } from "./amounts";
import { isCounted } from "./stages";
import { StakeMove } from "./staking";

const OPEN_MS = 2_500;
const CALM_MS = 20_000;

export interface StakeApp extends MoneyApp {
  staking: Feed<Staking>;
  move: StakeMove;
}

export function createStakeApp(config: MoneyConfig): StakeApp {
  const page = createMoneyApp(config);
  const visible = () => document.visibilityState === "visible";
  const staking = new Feed({
    ask: () => page.money.staking(),
    everyMs: (value) => (isWaiting(value) ? OPEN_MS : CALM_MS),
    visible,
  });
  const move = new StakeMove({
    api: page.money,
    connect: page.connect,
    chainName: config.chain?.name ?? "The chain",
    changed: () => void staking.refresh(),
  });
  /** Something is on the chain that doesn't count yet. */
  function isWaiting(value: Staking | null): boolean {
    const state = move.store.get();
    const you = value?.you ?? null;
    if (state.phase === "made" && !isCounted(state, you)) return true;
    return you !== null && pendingWei(you) !== 0n;
  }
  return { ...page, staking, move };
}

export function startStakeApp(app: StakeApp): void {
  startPage(app);
  const { staking, move } = app;
  onPerson(app, () => {
    move.forget();
    staking.open();
  });
  followVisibility(document, [staking]);
}
