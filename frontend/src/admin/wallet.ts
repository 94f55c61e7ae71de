/** The treasury's wallet in this browser: is it the right account on the right chain, and what it signs. */
import { list, string } from "../lib/decode";
import type { Eip1193Provider } from "../wallet/wallet";
import type { TypedData } from "./types";

/** Codes of EIP-1193, EIP-3085 and of the JSON-RPC errors that wallets use beside them. */
const REJECTED = 4001;
const UNKNOWN_CHAIN = 4902;
const ALREADY_ASKING = -32002;

/** Why the wallet didn't do it, in a sentence for staff. */
export class WalletProblem extends Error {
  readonly declined: boolean;

  constructor(message: string, { declined = false } = {}) {
    super(message);
    this.name = "WalletProblem";
    this.declined = declined;
  }
}

/** Rejects with `WalletProblem` unless the wallet shares the treasury's account, and is on that chain. */
export async function requireTreasury(
  provider: Eip1193Provider,
  { treasury, chainId, chainName }: { treasury: string; chainId: number; chainName: string },
): Promise<void> {
  const accounts = list(string)(await ask(provider, "eth_requestAccounts"), "accounts");
  if (!accounts.some((account) => same(account, treasury))) {
    const shared = accounts[0] ?? "none";
    throw new WalletProblem(
      `This wallet shares the account ${shared}. Select the treasury, ${treasury}, in it and try again.`,
    );
  }
  if (await isOnChain(provider, chainId)) return;
  await ask(provider, "wallet_switchEthereumChain", [{ chainId: `0x${chainId.toString(16)}` }]);
  if (!(await isOnChain(provider, chainId)))
    throw new WalletProblem(`This wallet is on another chain. Switch it to ${chainName} and try again.`);
}

/** An EIP-712 signature of the treasury, as 0x-hex. */
export async function signTypedData(
  provider: Eip1193Provider,
  treasury: string,
  data: TypedData,
): Promise<string> {
  const params = [treasury, JSON.stringify(data.whole)];
  return string(await ask(provider, "eth_signTypedData_v4", params), "signature");
}

export function same(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

async function isOnChain(provider: Eip1193Provider, chainId: number): Promise<boolean> {
  const found = string(await ask(provider, "eth_chainId"), "chain id");
  return Number.parseInt(found, 16) === chainId;
}

async function ask(
  provider: Eip1193Provider,
  method: string,
  params: readonly unknown[] = [],
): Promise<unknown> {
  try {
    return await provider.request({ method, params });
  } catch (error) {
    throw problemOf(error);
  }
}

function problemOf(error: unknown): WalletProblem {
  const code = typeof error === "object" && error !== null && "code" in error ? error.code : null;
  switch (code) {
    case REJECTED:
      return new WalletProblem("You declined in your wallet.", { declined: true });
    case ALREADY_ASKING:
      return new WalletProblem("Your wallet is already asking you something. Open it and answer there.");
    case UNKNOWN_CHAIN:
      return new WalletProblem("Your wallet does not know this chain. Add it there, then try again.");
    default:
      return new WalletProblem("Your wallet did not answer as expected. Unlock it and try again.");
  }
}
