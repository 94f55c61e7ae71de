import type { Api } from "../api/api";
import { ApiError } from "../api/request";
import type { User } from "../api/types";
import { buildSiweMessage } from "./siwe";
import type { Wallet } from "./wallet";

export interface SignInSite {
  host: string;
  origin: string;
}

/** Proves to the server that the person holds the wallet. */
export async function signIn(
  api: Pick<Api, "nonce" | "verify">,
  wallet: Wallet,
  site: SignInSite,
): Promise<User> {
  const address = await wallet.address();
  // The times are the server's: this device's clock may be wrong.
  const { nonce, chainId, issuedAt, expiresAt } = await api.nonce();
  const message = buildSiweMessage({
    domain: site.host,
    address,
    statement: "Sign in to ashao.",
    uri: site.origin,
    chainId,
    nonce,
    issuedAt: new Date(issuedAt),
    expiresAt: new Date(expiresAt),
  });
  const { user } = await api.verify(message, await wallet.sign(message));
  return user;
}

/** Codes of EIP-1193 and of the JSON-RPC errors that wallets use beside it. */
const REJECTED = 4001;
const ALREADY_ASKING = -32002;

const NO_COOKIES =
  "Your browser blocks cookies for this site, and without them ashao can’t keep you signed in. Allow them and reload the page.";

export function signInProblem(error: unknown): string {
  if (error instanceof ApiError) return error.code === "cookies_blocked" ? NO_COOKIES : error.message;
  const code = typeof error === "object" && error !== null && "code" in error ? error.code : null;
  if (code === REJECTED) return "You declined the request in your wallet. Nothing was signed.";
  if (code === ALREADY_ASKING)
    return "Your wallet is already asking you something. Open it and answer there.";
  return "Your wallet didn’t answer as expected. Unlock it and try again.";
}
