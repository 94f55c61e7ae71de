import { verifyMessage } from "viem";
import { isAddress } from "viem/utils";
import { describe, expect, it, vi } from "vitest";
import { ApiError } from "../api/request";
import { MemoryStorage } from "../lib/storage";
import { discoverWallets, fromAnnouncement } from "./discovery";
import { developmentAccount } from "./keys";
import { signIn, signInProblem } from "./sign-in";
import { developmentWallet, type Eip1193Provider, injectedWallet } from "./wallet";

const lower = "0xc02aaa39b223fe8d0a0e5c4f27ead9083c756cc2";
const checksummed = "0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2";

function announcement(id: string, icon = "data:image/png;base64,AA"): Event {
  const provider: Eip1193Provider = { request: async () => null };
  const info = { uuid: id, name: `Wallet ${id}`, icon, rdns: "example" };
  return Object.assign(new Event("eip6963:announceProvider"), { detail: { info, provider } });
}

describe("discovery", () => {
  it("asks wallets to announce themselves and lists each once", () => {
    const page = new EventTarget();
    page.addEventListener("eip6963:requestProvider", () => {
      page.dispatchEvent(announcement("a"));
      page.dispatchEvent(announcement("b"));
      page.dispatchEvent(announcement("a"));
    });
    expect(
      discoverWallets(page)
        .get()
        .map((w) => w.name),
    ).toEqual(["Wallet a", "Wallet b"]);
  });

  it("finds what only injects itself, at once or later, and what announces itself only once", () => {
    const injects: Eip1193Provider = { request: async () => null };
    const both: Eip1193Provider = { request: async () => null };
    const page = Object.assign(new EventTarget(), {
      ethereum: { request: async () => null, providers: [injects, both, {}] },
    });
    const wallets = discoverWallets(page);
    expect(wallets.get().map((w) => w.provider)).toEqual([injects, both]);
    const info = { uuid: "b", name: "Wallet b", icon: "", rdns: "example" };
    page.dispatchEvent(
      Object.assign(new Event("eip6963:announceProvider"), { detail: { info, provider: both } }),
    );
    page.dispatchEvent(new Event("ethereum#initialized"));
    expect(wallets.get().map((w) => w.name)).toEqual(["Wallet of this browser", "Wallet b"]);

    const late: EventTarget & { ethereum?: unknown } = new EventTarget();
    const found = discoverWallets(late);
    expect(found.get()).toEqual([]);
    late.ethereum = injects;
    late.dispatchEvent(new Event("ethereum#initialized"));
    expect(found.get().map((w) => w.provider)).toEqual([injects]);
  });

  it("shows no icon from elsewhere, and drops what isn't a wallet", () => {
    const page = new EventTarget();
    const wallets = discoverWallets(page);
    page.dispatchEvent(announcement("a", "https://example.com/track.png"));
    expect(wallets.get()[0]?.icon).toBeNull();
    expect(fromAnnouncement({ info: { uuid: "x", name: "x" } })).toBeNull();
    expect(fromAnnouncement(null)).toBeNull();
  });
});

describe("signing in", () => {
  it("signs the message in hex, with the checksummed address, and hands it to the server", async () => {
    const asked: { method: string; params?: readonly unknown[] }[] = [];
    const provider: Eip1193Provider = {
      request: async (args) => {
        asked.push(args);
        return args.method === "eth_requestAccounts" ? [lower] : "0xsigned";
      },
    };
    const verified: string[] = [];
    const api = {
      nonce: async () => ({
        nonce: "abcdefgh",
        chainId: 1,
        issuedAt: "2026-01-01T00:00:00.123456Z",
        expiresAt: "2026-01-01T00:05:00.123456Z",
      }),
      verify: async (message: string, signature: string) => {
        verified.push(message, signature);
        return { user: { id: "usr_1", wallet: checksummed } };
      },
    };
    await signIn(api, injectedWallet(provider), { host: "h", origin: "https://h" });

    const [message = "", signature] = verified;
    expect(signature).toBe("0xsigned");
    expect(message).toContain(`\n${checksummed}\n`);
    expect(message).toContain("Issued At: 2026-01-01T00:00:00.123Z"); // the server's: this clock says otherwise
    expect(message).toContain("Expiration Time: 2026-01-01T00:05:00.123Z");
    expect(asked.map((a) => a.method)).toEqual(["eth_requestAccounts", "personal_sign"]);
    const [hex, address] = asked[1]?.params ?? [];
    expect(Buffer.from(String(hex).slice(2), "hex").toString()).toBe(message);
    expect(address).toBe(checksummed);
  });

  it("explains a refusal of the person", () => {
    expect(signInProblem({ code: 4001 })).toContain("declined");
    expect(signInProblem(new Error("?"))).toContain("try again");
  });

  it("says so where the browser blocks cookies, and doesn't blame the wallet", () => {
    const blocked = new ApiError("This browser keeps no cookies.", { status: 403, code: "cookies_blocked" });
    expect(signInProblem(blocked)).toContain("blocks cookies");
  });
});

describe("the development wallet", () => {
  it("keeps its key and signs what can be verified", async () => {
    const storage = new MemoryStorage();
    const account = developmentAccount(storage);
    expect(developmentAccount(storage).address).toBe(account.address);
    expect(isAddress(account.address)).toBe(true);
    const signature = await account.signMessage({ message: "hello" });
    expect(await verifyMessage({ address: account.address, message: "hello", signature })).toBe(true);
  });

  it.each(["denied", "full"])("signs with one key where storage is %s", async (how) => {
    const full = new MemoryStorage();
    full.setItem = () => {
      throw new DOMException("Full.", "QuotaExceededError");
    };
    vi.stubGlobal("window", {
      get localStorage() {
        if (how === "full") return full;
        throw new DOMException("Denied.", "SecurityError");
      },
    });
    const wallet = developmentWallet();
    const [address, signature] = [await wallet.address(), await wallet.sign("hello")];
    const proof = {
      address: address as `0x${string}`,
      message: "hello",
      signature: signature as `0x${string}`,
    };
    expect(await verifyMessage(proof)).toBe(true);
    vi.unstubAllGlobals();
  });

  it("makes a new key instead of a broken one", () => {
    const storage = new MemoryStorage();
    storage.setItem("ashao.devWallet", "0x12");
    developmentAccount(storage);
    expect(storage.getItem("ashao.devWallet")).toHaveLength(66);
  });
});
