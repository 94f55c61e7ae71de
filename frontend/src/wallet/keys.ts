/** What needs elliptic curves and hashes. Large, so it loads only when somebody signs in. */
import { generatePrivateKey, type PrivateKeyAccount, privateKeyToAccount } from "viem/accounts";
import { getAddress, isHex } from "viem/utils";
import type { KeyValue } from "../lib/storage";

const STORED_KEY = "ashao.devWallet";

export function toChecksum(address: string): string {
  return getAddress(address);
}

/** The development key that is already here. */
export function existingDevelopmentAccount(storage: KeyValue): PrivateKeyAccount | null {
  return storage.getItem(STORED_KEY) === null ? null : developmentAccount(storage);
}

/** The browser's own development key, made on first use. Never for real money. */
export function developmentAccount(storage: KeyValue): PrivateKeyAccount {
  const stored = storage.getItem(STORED_KEY);
  if (stored !== null && isHex(stored) && stored.length === 66) return privateKeyToAccount(stored);
  const key = generatePrivateKey();
  try {
    storage.setItem(STORED_KEY, key);
  } catch {
    // A full or blocked storage: it lives until the page is left.
  }
  return privateKeyToAccount(key);
}
