/** Another wallet for payouts: whoever holds it signs that it is to receive them. */
import type { Api } from "../api/api";
import type { MoneyApi } from "../api/money";
import { askAccount } from "../chain/wallet";
import { list, string } from "../lib/decode";
import { buildSiweMessage } from "../wallet/siwe";
import { type Eip1193Provider, toChecksumAddress, utf8Hex } from "../wallet/wallet";

export interface AddWalletInput {
  provider: Eip1193Provider;
  userId: string;
  /** The wallets that are there already, the person's own among them. */
  known: readonly string[];
  site: { host: string; origin: string };
}

/** A wallet that only offers what is there already. */
export class KnownWalletError extends Error {
  constructor() {
    super("The wallet offers no other account.");
    this.name = "KnownWalletError";
  }
}

/** The text that the server demands as the statement, word by word. */
export function payoutStatement(userId: string): string {
  return `Receive the payouts of ashao account ${userId}.`;
}

/** Asks the wallet for an account that isn't known yet, has it sign, and tells the server. */
export async function addPayoutWallet(
  api: Pick<Api, "nonce"> & Pick<MoneyApi, "addPayoutWallet">,
  { provider, userId, known, site }: AddWalletInput,
): Promise<string> {
  const address = await otherAccount(provider, known);
  // The times are the server's: this device's clock may be wrong.
  const { nonce, chainId, issuedAt, expiresAt } = await api.nonce();
  const message = buildSiweMessage({
    domain: site.host,
    address,
    statement: payoutStatement(userId),
    uri: site.origin,
    chainId,
    nonce,
    issuedAt: new Date(issuedAt),
    expiresAt: new Date(expiresAt),
  });
  const params = [utf8Hex(message), address];
  const signature = string(await provider.request({ method: "personal_sign", params }), "signature");
  return (await api.addPayoutWallet(message, signature)).wallet;
}

/** A wallet that shares only the known account is asked to share another (EIP-2255). */
async function otherAccount(provider: Eip1193Provider, known: readonly string[]): Promise<string> {
  const first = await askAccount(provider);
  const shared = first === null ? null : await toChecksumAddress(first);
  if (shared !== null && !known.includes(shared)) return shared;
  await provider
    .request({ method: "wallet_requestPermissions", params: [{ eth_accounts: {} }] })
    .catch((error: unknown) => {
      if (isRejection(error)) throw error;
    });
  const accounts = list(string)(await provider.request({ method: "eth_accounts" }), "accounts");
  for (const account of accounts) {
    const address = await toChecksumAddress(account);
    if (!known.includes(address)) return address;
  }
  throw new KnownWalletError();
}

function isRejection(error: unknown): boolean {
  return typeof error === "object" && error !== null && "code" in error && error.code === 4001;
}
