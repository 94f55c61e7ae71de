/** Finds the wallet of this browser that holds the signed-in account. */
import type { ChainConfig } from "../api/money";
import type { DiscoveredWallet } from "../wallet/discovery";
import { sharedAccounts } from "../wallet/wallet";
import { ChainError, problemOf } from "./problems";
import { askAccount, type ChainWallet, developmentChainWallet, injectedChainWallet } from "./wallet";

export interface ConnectDeps {
  wallets: () => readonly DiscoveredWallet[];
  /** Whether this browser may have a development key. */
  development: boolean;
  /** The address of the development key that is here already. */
  developmentAddress: () => Promise<string | null>;
}

/** Where a wallet has to be unlocked, it asks the person. Rejects with `ChainError`. */
export async function connect(deps: ConnectDeps, chain: ChainConfig, address: string): Promise<ChainWallet> {
  if (deps.development && chain.rpcUrl !== null && same(await deps.developmentAddress(), address))
    return developmentChainWallet(address, chain);
  const wallets = deps.wallets();
  for (const { provider } of wallets) {
    const accounts = await sharedAccounts(provider).catch(() => []);
    if (accounts.some((account) => same(account, address)))
      return injectedChainWallet(provider, address, chain);
  }
  return askEach(wallets, chain, address);
}

/** None shares the account yet: each is asked in turn, until one does or the person declines. */
async function askEach(
  wallets: readonly DiscoveredWallet[],
  chain: ChainConfig,
  address: string,
): Promise<ChainWallet> {
  let selected: string | null = null;
  for (const { provider } of wallets) {
    try {
      const account = await askAccount(provider);
      if (same(account, address)) return injectedChainWallet(provider, address, chain);
      selected ??= account;
    } catch (error) {
      const problem = problemOf(error, chain.name);
      if (problem.kind === "busy" || (problem.kind === "rejected" && wallets.length === 1))
        throw new ChainError(problem);
    }
  }
  throw new ChainError(
    selected === null
      ? { kind: "no-wallet", wanted: address }
      : { kind: "other-account", selected, wanted: address },
  );
}

function same(a: string | null, b: string): boolean {
  return a !== null && a.toLowerCase() === b.toLowerCase();
}
