/** What a wallet holds, asked of the chain itself and not of our server. */
import type { ChainConfig } from "../api/money";
import type { DiscoveredWallet } from "../wallet/discovery";
import { sharedAccounts } from "../wallet/wallet";
import { chainIdOf, etherBalance, httpRpc, type Rpc, tokenBalance, walletRpc } from "./rpc";

export interface Balances {
  usdcMicros: number;
  etherWei: bigint;
}

/** Null where nothing in this browser can tell: no wallet shares the account, or it is on another chain. */
export async function readBalances(
  chain: ChainConfig,
  wallets: readonly DiscoveredWallet[],
  address: string,
): Promise<Balances | null> {
  if (chain.usdc === null) return null;
  const rpc = await readerOf(chain, wallets, address);
  if (rpc === null) return null;
  try {
    const [usdc, etherWei] = await Promise.all([
      tokenBalance(rpc, chain.usdc, address),
      etherBalance(rpc, address),
    ]);
    return { usdcMicros: Number(usdc), etherWei };
  } catch {
    return null;
  }
}

async function readerOf(
  chain: ChainConfig,
  wallets: readonly DiscoveredWallet[],
  address: string,
): Promise<Rpc | null> {
  if (chain.rpcUrl !== null) return httpRpc(chain.rpcUrl);
  for (const { provider } of wallets) {
    try {
      if (!(await sharedAccounts(provider)).includes(address.toLowerCase())) continue;
      const rpc = walletRpc(provider);
      return (await chainIdOf(rpc)) === chain.id ? rpc : null;
    } catch {
      // This wallet doesn't answer; another may.
    }
  }
  return null;
}
