/** What the account page is made of, and how its parts tell each other what changed. */
import { Feed, type Follower, followVisibility } from "../api/feed";
import type { Account, Deposits, MoneyConfig, Payouts } from "../api/money";
import { type Balances, readBalances } from "../chain/balances";
import { randomKey } from "../lib/random-key";
import { safeStorage } from "../lib/storage";
import { Store } from "../lib/store";
import { createMoneyApp, type MoneyApp } from "../money/app";
import { onPerson, startPage } from "../page/page";
import { Announcements } from "./announcements";
import { Buying } from "./buying";
import { FaucetControl } from "./faucet";
import { PayoutRequest } from "./payouts";
import { Statement } from "./statement";
import { View } from "./view";
import { isOpen, isPayoutOpen } from "./words";

const OPEN_MS = 2_500;
const CALM_MS = 30_000;
/** The faucet's transactions need a block. */
const FAUCET_LOOKS_MS = [1_500, 3_500, 8_000];

export interface AccountApp extends MoneyApp {
  account: Feed<Account>;
  deposits: Feed<Deposits>;
  payouts: Feed<Payouts>;
  /** What the signed-in wallet holds; null where nothing can tell. */
  balances: Feed<Balances | null>;
  statement: Statement;
  buying: Buying;
  payoutRequest: PayoutRequest;
  faucet: FaucetControl | null;
  view: View;
  /** Whether everything of whoever was here has just been deleted. */
  emptied: Store<boolean>;
}

export function createAccountApp(config: MoneyConfig): AccountApp {
  const page = createMoneyApp(config);
  const { money, session, wallets } = page;
  const announcements = new Announcements(money, safeStorage("localStorage"));
  const visible = () => document.visibilityState === "visible";
  const userId = () => session.me?.user?.id ?? "";
  const account = new Feed({ ask: () => money.account(), everyMs: () => CALM_MS, visible });
  const deposits = new Feed({
    ask: async () => {
      await announcements.flush(userId());
      return money.deposits();
    },
    everyMs: (value) => (announcements.waiting(userId()) || value?.deposits.some(isOpen) ? OPEN_MS : CALM_MS),
    visible,
  });
  const payouts = new Feed({
    ask: () => money.payouts(),
    everyMs: (value) => (value?.payouts.some(({ state }) => isPayoutOpen(state)) ? OPEN_MS : CALM_MS),
    visible,
  });
  const balances = new Feed({
    ask: async () => {
      const address = session.me?.user?.wallet;
      if (config.chain === null || address === undefined) return null;
      return readBalances(config.chain, wallets.get(), address);
    },
    everyMs: () => CALM_MS,
    visible,
  });
  const buying = new Buying({
    api: money,
    connect: page.connect,
    chainName: config.chain?.name ?? "The chain",
    sent: (txHash, amount) => {
      announcements.add(userId(), txHash, amount);
      void deposits.refresh();
    },
  });
  const payoutRequest = new PayoutRequest({
    api: money,
    newKey: randomKey,
    asked: () => void payouts.refresh(),
  });
  const given = () => {
    for (const ms of FAUCET_LOOKS_MS) setTimeout(() => void balances.refresh(), ms);
  };
  const faucet = config.faucet ? new FaucetControl(money, { visible, given }) : null;
  const statement = new Statement(money);
  const view = new View(window);
  const emptied = new Store(false);
  return {
    ...page,
    account,
    deposits,
    payouts,
    balances,
    statement,
    buying,
    payoutRequest,
    faucet,
    view,
    emptied,
  };
}

export function startAccountApp(app: AccountApp): void {
  startPage(app);
  const { account, deposits, payouts, balances, statement, faucet } = app;
  const feeds: Follower[] = [account, deposits, payouts, balances];
  if (faucet !== null) feeds.push(faucet.offer);
  onPerson(app, (userId) => {
    for (const feed of feeds) {
      if (userId === null) feed.close();
      else feed.open();
    }
    if (userId !== null) app.emptied.set(false);
    app.buying.reset();
    app.payoutRequest.reset();
    faucet?.reset();
    if (userId === null) statement.close();
    else statement.open();
  });
  followVisibility(document, feeds);
  followChanges(app);
}

/** The sums and the statement follow what was posted; the wallet's balance follows what was sent. */
function followChanges({
  session,
  account,
  deposits,
  payouts,
  balances,
  statement,
  wallets,
}: AccountApp): void {
  const posted = () => {
    void account.refresh();
    void statement.refresh();
  };
  onChange(
    () => session.me?.credits,
    (listener) => session.store.subscribe(listener),
    posted,
  );
  onChange(
    () => deposits.value?.deposits.map(({ txHash, state }) => `${txHash} ${state}`).join(),
    (listener) => deposits.store.subscribe(listener),
    () => {
      posted();
      void session.refresh();
      void balances.refresh();
    },
  );
  onChange(
    () => payouts.value?.payouts.map(({ id, state }) => `${id} ${state}`).join(),
    (listener) => payouts.store.subscribe(listener),
    () => {
      posted();
      void balances.refresh();
    },
  );
  wallets.subscribe(() => void balances.refresh());
}

/** Calls `changed` when what `read` gives has become another, and was known before. */
function onChange(
  read: () => string | number | null | undefined,
  subscribe: (listener: () => void) => void,
  changed: () => void,
): void {
  let before = read();
  subscribe(() => {
    const now = read();
    if (now === before) return;
    const known = before !== undefined && before !== null && now !== undefined && now !== null;
    before = now;
    if (known) changed();
  });
}
