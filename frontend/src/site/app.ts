/** What the account, stake and treasury pages share: who is here, the network, the wallets, the calls. */
import { type Api, createApi } from "../api/api";
import { onPersonChange } from "../api/feed";
import { createMoneyApi, type MoneyApi, type MoneyConfig } from "../api/money";
import { createRequest } from "../api/request";
import { connect } from "../chain/connect";
import { ChainError } from "../chain/problems";
import type { ChainWallet } from "../chain/wallet";
import { type BesideChat, besideChat } from "../chat/beside";
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
  chat: BesideChat;
  wallets: Store<readonly DiscoveredWallet[]>;
  /** The signed-in person's wallet, ready to send. Rejects with `ChainError`. */
  connect: () => Promise<ChainWallet>;
}

export function createSiteApp(config: MoneyConfig): SiteApp {
  const request = createRequest({ fetch: (url, init) => fetch(url, init), cookies: () => document.cookie });
  const api = createApi(request);
  const session = new Session(api);
  const wallets = discoverWallets(window);
  const live = new Live({ balance: (credits) => session.creditsChanged(credits) });
  const chat = besideChat(api, () => lookAgain({ session, live }));
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
    live,
    chat,
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
export function signedIn(app: Pick<SiteApp, "session" | "live" | "chat">): void {
  lookAgain(app);
  app.chat.signedIn();
}

/** Rejects with `ApiError`. */
export async function signOut({
  session,
  live,
  chat,
}: Pick<SiteApp, "session" | "live" | "chat">): Promise<void> {
  await chat.signingOut();
  await session.signOut();
  live.connect();
  chat.signedOut();
}

/** Who is here? The news come for whoever that is. */
function lookAgain({ session, live }: Pick<SiteApp, "session" | "live">): void {
  void session.refresh();
  live.connect();
}

/** `randomUUID` exists in secure contexts only, and a development server on a LAN isn't one. */
export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
