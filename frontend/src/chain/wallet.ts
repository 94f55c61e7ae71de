/** A wallet that can send: the one interface for extensions, apps and this browser's development key. */
import type { ChainConfig, Tx } from "../api/money";
import { isRecord, list, string } from "../lib/decode";
import type { Eip1193Provider } from "../wallet/wallet";
import { ChainError, isUnknownChain, problemOf } from "./problems";
import { chainIdOf, httpRpc, type Receipt, type Rpc, receiptOf, toHex, walletRpc } from "./rpc";

export interface ChainWallet {
  /** EIP-55 checksummed. */
  readonly address: string;
  chainId(): Promise<number>;
  /** Asks the person, sends, and answers with the transaction's hash. Rejects with `ChainError`. */
  send(transaction: Tx): Promise<string>;
  /** Null while no block has it. Rejects with `ChainError`. */
  receipt(txHash: string): Promise<Receipt | null>;
}

/** A wallet that the browser brought. It is asked to change to our chain before anything is sent. */
export function injectedChainWallet(
  provider: Eip1193Provider,
  address: string,
  chain: ChainConfig,
): ChainWallet {
  const rpc = walletRpc(provider);
  // Where the page may ask the chain itself, it does: a wallet on another chain would know of no receipt.
  const reader = chain.rpcUrl === null ? rpc : httpRpc(chain.rpcUrl);
  return {
    address,
    chainId: () => chainIdOf(rpc),
    async send(transaction) {
      try {
        await beOnChain(rpc, chain, transaction.chainId);
        const { to, data, value } = transaction;
        const params = [{ from: address, to, data, value }];
        return hashOf(await rpc("eth_sendTransaction", params));
      } catch (error) {
        throw new ChainError(problemOf(error, chain.name));
      }
    },
    receipt: (txHash) => askReceipt(reader, txHash, chain.name),
  };
}

/** The development wallet: signs here, and sends to the dev chain itself. */
export function developmentChainWallet(address: string, chain: ChainConfig): ChainWallet {
  const url = chain.rpcUrl;
  if (url === null) throw new ChainError({ kind: "wrong-chain", chainName: chain.name });
  const rpc = httpRpc(url);
  return {
    address,
    chainId: () => chainIdOf(rpc),
    async send(transaction) {
      try {
        const { sendByKey } = await import("./development");
        return hashOf(await sendByKey(rpc, window.localStorage, transaction));
      } catch (error) {
        throw new ChainError(problemOf(error, chain.name));
      }
    },
    receipt: (txHash) => askReceipt(rpc, txHash, chain.name),
  };
}

/** Has the wallet change to the chain, and learn it first where it can be told how to reach it (EIP-3326, 3085). */
async function beOnChain(rpc: Rpc, chain: ChainConfig, wantedId: number): Promise<void> {
  if ((await chainIdOf(rpc)) === wantedId) return;
  const chainId = toHex(wantedId);
  try {
    await rpc("wallet_switchEthereumChain", [{ chainId }]);
  } catch (error) {
    if (!isUnknownChain(error)) throw switchProblem(error, chain.name);
    await addChain(rpc, chain, chainId);
  }
  // A wallet may add a chain without changing to it, or say yes and stay.
  if ((await chainIdOf(rpc)) !== wantedId)
    throw new ChainError({ kind: "wrong-chain", chainName: chain.name });
}

async function addChain(rpc: Rpc, chain: ChainConfig, chainId: string): Promise<void> {
  if (chain.rpcUrl === null) throw new ChainError({ kind: "wrong-chain", chainName: chain.name });
  const added = {
    chainId,
    chainName: chain.name,
    nativeCurrency: { name: "Ether", symbol: "ETH", decimals: 18 },
    rpcUrls: [chain.rpcUrl],
    ...(chain.explorer === null ? {} : { blockExplorerUrls: [chain.explorer] }),
  };
  try {
    await rpc("wallet_addEthereumChain", [added]);
  } catch (error) {
    throw switchProblem(error, chain.name);
  }
}

/** Whoever declines to change the chain is told which one it has to be. */
function switchProblem(error: unknown, chainName: string): ChainError {
  const problem = problemOf(error, chainName);
  return new ChainError(problem.kind === "busy" ? problem : { kind: "wrong-chain", chainName });
}

async function askReceipt(rpc: Rpc, txHash: string, chainName: string): Promise<Receipt | null> {
  try {
    return await receiptOf(rpc, txHash);
  } catch (error) {
    throw new ChainError(problemOf(error, chainName));
  }
}

function hashOf(value: unknown): string {
  const hash = string(value, "transaction hash");
  if (!/^0x[0-9a-fA-F]{64}$/.test(hash)) throw new ChainError({ kind: "unknown" });
  return hash;
}

/** What tells the page that a wallet has another account or chain selected now. Returns how to stop listening. */
export function onWalletChange(provider: Eip1193Provider, changed: () => void): () => void {
  if (!isEventful(provider)) return () => undefined;
  provider.on("accountsChanged", changed);
  provider.on("chainChanged", changed);
  return () => {
    provider.removeListener("accountsChanged", changed);
    provider.removeListener("chainChanged", changed);
  };
}

interface Eventful {
  on(event: string, listener: () => void): void;
  removeListener(event: string, listener: () => void): void;
}

function isEventful(provider: unknown): provider is Eventful {
  return (
    isRecord(provider) && typeof provider.on === "function" && typeof provider.removeListener === "function"
  );
}

/** The account that the wallet has selected, after asking the person for it. */
export async function askAccount(provider: Eip1193Provider): Promise<string | null> {
  return list(string)(await provider.request({ method: "eth_requestAccounts" }), "accounts")[0] ?? null;
}
