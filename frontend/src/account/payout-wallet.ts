/** Another wallet for payouts: whoever holds it signs that it is to receive them, and the own wallet that it agrees. */
import type { Api } from "../api/api";
import type { SignedMessage } from "../api/money";
import { askAccount } from "../chain/wallet";
import { list, string } from "../lib/decode";
import { buildSiweMessage } from "../wallet/siwe";
import {
  developmentWallet,
  type Eip1193Provider,
  sharedAccounts,
  toChecksumAddress,
  utf8Hex,
} from "../wallet/wallet";

interface Signing {
  userId: string;
  site: { host: string; origin: string };
}

export interface OtherWalletInput extends Signing {
  provider: Eip1193Provider;
  /** The wallets that are there already, the person's own among them. */
  known: readonly string[];
}

export interface OwnWalletInput extends Signing {
  /** Null is this browser's development wallet. */
  provider: Eip1193Provider | null;
  /** The person's own wallet. */
  own: string;
  /** The one that is to receive the payouts. */
  other: string;
}

/** What another wallet has signed. */
export interface OtherWallet extends SignedMessage {
  address: string;
}

/** A wallet that only offers what is there already. */
export class KnownWalletError extends Error {
  constructor() {
    super("The wallet offers no other account.");
    this.name = "KnownWalletError";
  }
}

/** A wallet that doesn't hold the person's own account. */
export class NotOwnWalletError extends Error {
  constructor() {
    super("The wallet does not offer the person's own account.");
    this.name = "NotOwnWalletError";
  }
}

/** The text that the server demands as the statement, word by word. */
export function payoutStatement(userId: string): string {
  return `Receive the payouts of ashao account ${userId}.`;
}

/** The text that the server demands of the person's own wallet, word by word. */
export function consentStatement(other: string, userId: string): string {
  return `Let ${other} receive the payouts of ashao account ${userId}.`;
}

/** Asks the wallet for an account that isn't known yet, and has it sign that it is to receive the payouts. */
export async function signAsOther(
  api: Pick<Api, "nonce">,
  { provider, userId, known, site }: OtherWalletInput,
): Promise<OtherWallet> {
  const address = await otherAccount(provider, known);
  const message = await messageOf(api, { address, statement: payoutStatement(userId), site });
  return { address, message, signature: await signBy(provider, address, message) };
}

/** Has the person's own wallet sign that it agrees. */
export async function signAsOwn(
  api: Pick<Api, "nonce">,
  { provider, own, other, userId, site }: OwnWalletInput,
): Promise<SignedMessage> {
  const development = provider === null ? developmentWallet() : null;
  if (development !== null && (await development.address()) !== own) throw new NotOwnWalletError();
  if (provider !== null) await haveAccount(provider, own);
  const statement = consentStatement(other, userId);
  const message = await messageOf(api, { address: own, statement, site });
  if (development !== null) return { message, signature: await development.sign(message) };
  return { message, signature: await signBy(provider as Eip1193Provider, own, message) };
}

async function messageOf(
  api: Pick<Api, "nonce">,
  { address, statement, site }: { address: string; statement: string; site: Signing["site"] },
): Promise<string> {
  // The times are the server's: this device's clock may be wrong.
  const { nonce, chainId, issuedAt, expiresAt } = await api.nonce();
  return buildSiweMessage({
    domain: site.host,
    address,
    statement,
    uri: site.origin,
    chainId,
    nonce,
    issuedAt: new Date(issuedAt),
    expiresAt: new Date(expiresAt),
  });
}

async function signBy(provider: Eip1193Provider, address: string, message: string): Promise<string> {
  const params = [utf8Hex(message), address];
  return string(await provider.request({ method: "personal_sign", params }), "signature");
}

/** A wallet that shares another account only is asked to share this one, too (EIP-2255). */
async function haveAccount(provider: Eip1193Provider, address: string): Promise<void> {
  const wanted = address.toLowerCase();
  const first = await askAccount(provider);
  if (first?.toLowerCase() === wanted || (await sharedAccounts(provider)).includes(wanted)) return;
  await askForMore(provider);
  if (!(await sharedAccounts(provider)).includes(wanted)) throw new NotOwnWalletError();
}

/** A wallet that shares only the known account is asked to share another (EIP-2255). */
async function otherAccount(provider: Eip1193Provider, known: readonly string[]): Promise<string> {
  const first = await askAccount(provider);
  const shared = first === null ? null : await toChecksumAddress(first);
  if (shared !== null && !known.includes(shared)) return shared;
  await askForMore(provider);
  const accounts = list(string)(await provider.request({ method: "eth_accounts" }), "accounts");
  for (const account of accounts) {
    const address = await toChecksumAddress(account);
    if (!known.includes(address)) return address;
  }
  throw new KnownWalletError();
}

async function askForMore(provider: Eip1193Provider): Promise<void> {
  await provider
    .request({ method: "wallet_requestPermissions", params: [{ eth_accounts: {} }] })
    .catch((error: unknown) => {
      if (isRejection(error)) throw error;
    });
}

function isRejection(error: unknown): boolean {
  return typeof error === "object" && error !== null && "code" in error && error.code === 4001;
}
