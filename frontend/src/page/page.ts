/** What every page has: its calls, who is here, the news that come unasked, the wallets of this browser. */
import { type Api, createApi } from "../api/api";
import { onPersonChange } from "../api/feed";
import { browserRequest, type Request } from "../api/request";
import type { Store } from "../lib/store";
import { type DiscoveredWallet, discoverWallets } from "../wallet/discovery";
import { Live } from "./live";
import { Session } from "./session";

export interface Page {
  request: Request;
  api: Api;
  session: Session;
  live: Live;
  wallets: Store<readonly DiscoveredWallet[]>;
}

export function createPage(): Page {
  const request = browserRequest();
  const api = createApi(request);
  const session = new Session(api);
  const live = new Live({ balance: (credits) => session.creditsChanged(credits) });
  return { request, api, session, live, wallets: discoverWallets(window) };
}

/** What a page does from its first moment. */
export function startPage({ api, session, live }: Page): void {
  void session.refresh();
  live.start(api.network);
}

/** Who is here? The news come for whoever that is. */
export function lookAgain({ session, live }: Pick<Page, "session" | "live">): void {
  void session.refresh();
  live.connect();
}

/** Calls `changed` for whoever is here, now and whenever that changes; null is a visitor. */
export function onPerson({ session }: Pick<Page, "session">, changed: (userId: string | null) => void): void {
  onPersonChange(
    session.store,
    (state) => (state.phase === "ready" ? (state.me.user?.id ?? null) : undefined),
    changed,
  );
}
