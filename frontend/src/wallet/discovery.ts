/** Finds the wallets in this browser: by EIP-6963, in which each announces itself, and those that only inject. */
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
  /** `window.ethereum`, where wallets were before EIP-6963, and where some are still. */
  readonly ethereum?: unknown;
}

/** Starts listening; the list grows as wallets answer, which some do late. */
export function discoverWallets(page: WalletEvents): Store<readonly DiscoveredWallet[]> {
  const wallets = new Store<readonly DiscoveredWallet[]>([]);
  page.addEventListener("eip6963:announceProvider", (event) => {
    const wallet = "detail" in event ? fromAnnouncement(event.detail) : null;
    // One that announces itself, and injects too, is shown by its own name.
    const known = wallets.get().filter((w) => !(isInjected(w) && w.provider === wallet?.provider));
    if (wallet === null || known.length >= MAX_WALLETS || known.some((w) => w.id === wallet.id)) return;
    wallets.set([...known, wallet]);
  });
  page.addEventListener("ethereum#initialized", () => addInjected(page, wallets)); // Some inject after the page.
  page.dispatchEvent(new Event("eip6963:requestProvider"));
  addInjected(page, wallets);
  return wallets;
}

const INJECTED = "injected:";

function isInjected(wallet: DiscoveredWallet): boolean {
  return wallet.id.startsWith(INJECTED);
}

/** Adds what is injected and hasn't announced itself. Several that share the place are listed there. */
function addInjected(page: WalletEvents, wallets: Store<readonly DiscoveredWallet[]>): void {
  const { ethereum } = page;
  const several = isObject(ethereum) && Array.isArray(ethereum.providers) ? ethereum.providers : [ethereum];
  for (const provider of several) {
    const known = wallets.get();
    if (!isProvider(provider) || known.length >= MAX_WALLETS) continue;
    if (known.some((wallet) => wallet.provider === provider)) continue;
    const number = known.filter(isInjected).length + 1;
    const name = number === 1 ? "Wallet of this browser" : `Wallet of this browser ${number}`;
    wallets.set([...known, { id: `${INJECTED}${number}`, name, icon: null, provider }]);
  }
}

/** Reads an announcement, which any script on the page may have sent. */
export function fromAnnouncement(detail: unknown): DiscoveredWallet | null {
  if (!isObject(detail) || !isObject(detail.info) || !isProvider(detail.provider)) return null;
  const { uuid, name, icon } = detail.info;
  if (typeof uuid !== "string" || uuid.startsWith(INJECTED) || typeof name !== "string") return null;
  const safeIcon = typeof icon === "string" && icon.startsWith("data:image/") ? icon : null;
  return { id: uuid, name: name.slice(0, 60), icon: safeIcon, provider: detail.provider };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function isProvider(value: unknown): value is Eip1193Provider {
  return isObject(value) && typeof value.request === "function";
}
