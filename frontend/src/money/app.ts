/** What the account, stake and treasury pages share: a page beside the chat that can call a wallet. */
import { createMoneyApi, type MoneyApi, type MoneyConfig } from "../api/money";
import { connect } from "../chain/connect";
import { ChainError } from "../chain/problems";
import type { ChainWallet } from "../chain/wallet";
import { createPageBesideChat, type PageBesideChat } from "../chat/beside/page";
import { safeStorage } from "../lib/storage";
import { lookAgain } from "../page/page";

export interface MoneyApp extends PageBesideChat {
  config: MoneyConfig;
  money: MoneyApi;
  /** The signed-in person's wallet, ready to send. Rejects with `ChainError`. */
  connect: () => Promise<ChainWallet>;
}

export function createMoneyApp(config: MoneyConfig): MoneyApp {
  const page = createPageBesideChat(lookAgain);
  const { request, session, wallets } = page;
  const deps = {
    wallets: () => wallets.get(),
    development: config.development,
    developmentAddress: async () => {
      const { existingDevelopmentAccount } = await import("../wallet/keys");
      return existingDevelopmentAccount(safeStorage("localStorage"))?.address ?? null;
    },
  };
  return {
    ...page,
    config,
    money: createMoneyApi(request),
    async connect() {
      const address = session.me?.user?.wallet;
      if (address === undefined || config.chain === null) throw new ChainError({ kind: "unknown" });
      return connect(deps, config.chain, address);
    },
  };
}
