/** What the account, stake and treasury pages share: who is here, the network, the wallets, the calls. */
import { type Api, createApi } from "../api/api";
import { onPersonChange } from "../api/feed";
import { createMoneyApi, type MoneyApi, type MoneyConfig } from "../api/money";
import { createRequest } from "../api/request";
import { connect } from "../chain/connect";
import { ChainError } from "../chain/problems";
import type { ChainWallet } from "../chain/wallet";
import { safeStorage } from "../lib/storage";
import type { Store } from "../lib/store";
import { Live } from "../live/live";
import { Session } from "../session/session";
import { type DiscoveredWallet, discoverWallets } from "../wallet/discovery";

export interface SiteApp {
  config: MoneyConfig;
  api: Api;
  money: MoneyApi;
  session: Session;
  live: Live;
  wallets: Store<readonly DiscoveredWallet[]>;
  /** The signed-in person's wallet, ready to send. Rejects with `ChainError`. */
  connect: () => Promise<ChainWallet>;
}

export function createSiteApp(config: MoneyConfig): SiteApp {
  const request = createRequest({ fetch: (url, init) => fetch(url, init), cookies: () => document.cookie });
  const api = createApi(request);
  const session = new Session(api);
  const wallets = discoverWallets(window);
  const deps = {
    wallets: () => wallets.get(),
    development: config.development,
    developmentAddress: async () => {
      const { existingDevelopmentAccount } = await import("../wallet/keys");
      return existingDevelopmentAccount(safeStorage("localStorage"))?.address ?? null;
    },
  };
  return {
    config,
    api,
    money: createMoneyApi(request),
    session,
    live: new Live({ balance: (credits) => session.creditsChanged(credits) }),
    wallets,
    async connect() {
      const address = session.me?.user?.wallet;
      if (address === undefined || config.chain === null) throw new ChainError({ kind: "unknown" });
      return connect(deps, config.chain, address);
    },
  };
}

/** Starts what every page does from its first moment. */
export function startSiteApp({ api, session, live }: SiteApp): void {
  void session.refresh();
  void live.seed(api.network);
  live.connect();
}

/** Calls `changed` for whoever is here, now and whenever that changes; null is a visitor. */
export function onPerson({ session }: SiteApp, changed: (userId: string | null) => void): void {
  onPersonChange(
    session.store,
    (state) => (state.phase === "ready" ? (state.me.user?.id ?? null) : undefined),
    changed,
  );
}

/** Another person is here now. */
export function signedIn({ session, live }: SiteApp): void {
  void session.refresh();
  live.connect();
}

/** Rejects with `ApiError`. */
export async function signOut({ session, live }: SiteApp): Promise<void> {
  await session.signOut();
  live.connect();
}

/** `randomUUID` exists in secure contexts only, and a development server on a LAN isn't one. */
export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
