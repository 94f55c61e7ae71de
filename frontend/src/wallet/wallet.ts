/** One interface for every way to sign; a new kind of wallet is one more function that returns it. */
import { ApiError } from "../api/request";
import { list, string } from "../lib/decode";
import { safeStorage } from "../lib/storage";

export interface Wallet {
  /** EIP-55 checksummed. May ask the person for permission. */
  address(): Promise<string>;
  /** An EIP-191 `personal_sign` signature over the text, as 0x-hex. */
  sign(message: string): Promise<string>;
}

/** EIP-1193. */
export interface Eip1193Provider {
  request(args: { method: string; params?: readonly unknown[] }): Promise<unknown>;
}

/** A wallet the browser brought, as an extension or an app. */
export function injectedWallet(provider: Eip1193Provider): Wallet {
  let address: string | null = null;
  const account = async (): Promise<string> => {
    const accounts = list(string)(await provider.request({ method: "eth_requestAccounts" }), "accounts");
    if (accounts[0] === undefined) throw new Error("The wallet shared no account.");
    return toChecksumAddress(accounts[0]);
  };
  return {
    async address() {
      address ??= await account();
      return address;
    },
    async sign(message) {
      const params = [utf8Hex(message), await this.address()];
      return string(await provider.request({ method: "personal_sign", params }), "signature");
    },
  };
}

/** The accounts that the wallet already shares with this page, in lower case; asks the person nothing. */
export async function sharedAccounts(provider: Eip1193Provider): Promise<string[]> {
  const accounts = list(string)(await provider.request({ method: "eth_accounts" }), "accounts");
  return accounts.map((account) => account.toLowerCase());
}

/** Isn't there any more where another version of the page has taken its place on the server. */
async function keys() {
  try {
    return await import("./keys");
  } catch {
    const message = "A part of this page couldn’t be loaded. Reload the page and try again.";
    throw new ApiError(message, { status: 0, code: "part_missing" });
  }
}

/** Wallets answer in lower case, too. What it needs is large and loads when it is first called. */
export async function toChecksumAddress(address: string): Promise<string> {
  return (await keys()).toChecksum(address);
}

/** The development wallet: a key that lives in this browser only. */
export function developmentWallet(): Wallet {
  let account: ReturnType<Awaited<ReturnType<typeof keys>>["developmentAccount"]> | null = null;
  const load = async () => {
    const { developmentAccount } = await keys();
    // Where the browser keeps nothing, it would be another one each time.
    account ??= developmentAccount(safeStorage("localStorage"));
    return account;
  };
  return {
    address: async () => (await load()).address,
    sign: async (message) => (await load()).signMessage({ message }),
  };
}

export function utf8Hex(text: string): string {
  const bytes = Array.from(new TextEncoder().encode(text), (byte) => byte.toString(16).padStart(2, "0"));
  return `0x${bytes.join("")}`;
}
