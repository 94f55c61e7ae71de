/** Finds the wallets in this browser by EIP-6963, in which each announces itself. */
import { Store } from "../lib/store";
import type { Eip1193Provider } from "./wallet";

const MAX_WALLETS = 20;

export interface DiscoveredWallet {
  id: string;
  name: string;
  /** A `data:` image, or `null` where the wallet gave something our CSP would refuse. */
  icon: string | null;
  provider: Eip1193Provider;
}

export interface WalletEvents {
  addEventListener(type: string, listener: (event: Event) => void): void;
  dispatchEvent(event: Event): boolean;
}

/** Starts listening; the list grows as wallets answer, which some do late. */
export function discoverWallets(page: WalletEvents): Store<readonly DiscoveredWallet[]> {
  const wallets = new Store<readonly DiscoveredWallet[]>([]);
  page.addEventListener("eip6963:announceProvider", (event) => {
    const wallet = "detail" in event ? fromAnnouncement(event.detail) : null;
    const known = wallets.get();
    if (wallet === null || known.length >= MAX_WALLETS || known.some((w) => w.id === wallet.id)) return;
    wallets.set([...known, wallet]);
  });
  page.dispatchEvent(new Event("eip6963:requestProvider"));
  return wallets;
}

/** Reads an announcement, which any script on the page may have sent. */
export function fromAnnouncement(detail: unknown): DiscoveredWallet | null {
  if (!isObject(detail) || !isObject(detail.info) || !isProvider(detail.provider)) return null;
  const { uuid, name, icon } = detail.info;
  if (typeof uuid !== "string" || typeof name !== "string") return null;
  const safeIcon = typeof icon === "string" && icon.startsWith("data:image/") ? icon : null;
  return { id: uuid, name: name.slice(0, 60), icon: safeIcon, provider: detail.provider };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function isProvider(value: unknown): value is Eip1193Provider {
  return isObject(value) && typeof value.request === "function";
}
