import { describe, expect, it } from "vitest";
import { connect } from "./connect";
import { ALICE, BOB, CHAIN, fakeProvider, HASH, TX, walletError } from "./fake-provider";
import { ChainError, type ChainProblem } from "./problems";
import { injectedChainWallet } from "./wallet";

async function problemOf(promise: Promise<unknown>): Promise<ChainProblem> {
  const error = await promise.then(() => null).catch((reason: unknown) => reason);
  if (!(error instanceof ChainError)) throw new Error("It should have failed with a ChainError.");
  return error.problem;
}

function discovered(provider: ReturnType<typeof fakeProvider>["provider"]) {
  return { id: "1", name: "Wallet", icon: null, provider };
}

describe("an injected wallet", () => {
  it("sends from the account as it is told, once it is on the chain", async () => {
    const sent: unknown[] = [];
    const { provider, asked } = fakeProvider({
      eth_chainId: "0x2105",
      eth_sendTransaction: ([params]: readonly unknown[]) => {
        sent.push(params);
        return HASH;
      },
    });
    expect(await injectedChainWallet(provider, ALICE, CHAIN).send(TX)).toBe(HASH);
    expect(sent).toEqual([{ from: ALICE, to: TX.to, data: TX.data, value: "0x0" }]);
    expect(asked).toEqual(["eth_chainId", "eth_sendTransaction"]);
  });

  it("is asked to change the chain first", async () => {
    let chainId = "0x1";
    const { provider, asked } = fakeProvider({
      eth_chainId: () => chainId,
      wallet_switchEthereumChain: ([to]: readonly unknown[]) => {
        expect(to).toEqual({ chainId: "0x2105" });
        chainId = "0x2105";
        return null;
      },
      eth_sendTransaction: HASH,
    });
    await injectedChainWallet(provider, ALICE, CHAIN).send(TX);
    expect(asked).toEqual([
      "eth_chainId",
      "wallet_switchEthereumChain",
      "eth_chainId",
      "eth_sendTransaction",
    ]);
  });

  it("learns a chain that it doesn't know, where it can be told how to reach it", async () => {
    let chainId = "0x1";
    const unknown = walletError(-32603, "?", { originalError: { code: 4902 } });
    const { provider } = fakeProvider({
      eth_chainId: () => chainId,
      wallet_switchEthereumChain: unknown,
      wallet_addEthereumChain: ([chain]: readonly unknown[]) => {
        expect(chain).toMatchObject({
          chainId: "0x2105",
          chainName: "Base",
          rpcUrls: ["http://127.0.0.1:1"],
          blockExplorerUrls: ["https://explorer.example"],
        });
        chainId = "0x2105";
        return null;
      },
      eth_sendTransaction: HASH,
    });
    const chain = { ...CHAIN, rpcUrl: "http://127.0.0.1:1" };
    expect(await injectedChainWallet(provider, ALICE, chain).send(TX)).toBe(HASH);
    expect(await problemOf(injectedChainWallet(provider, ALICE, CHAIN).send({ ...TX, chainId: 1 }))).toEqual({
      kind: "wrong-chain",
      chainName: "Base",
    });
  });

  it("sends nothing on another chain, whatever it says", async () => {
    const stays = fakeProvider({ eth_chainId: "0x1", wallet_switchEthereumChain: null });
    const declines = fakeProvider({ eth_chainId: "0x1", wallet_switchEthereumChain: walletError(4001) });
    for (const { provider, asked } of [stays, declines]) {
      const problem = await problemOf(injectedChainWallet(provider, ALICE, CHAIN).send(TX));
      expect(problem).toEqual({ kind: "wrong-chain", chainName: "Base" });
      expect(asked).not.toContain("eth_sendTransaction");
    }
  });

  it.each<[string, Error, ChainProblem["kind"]]>([
    ["declining", walletError(4001, "User rejected"), "rejected"],
    ["an open question", walletError(-32002), "busy"],
    ["no ether", walletError(-32000, "insufficient funds for gas * price + value"), "no-gas"],
    ["no connection", walletError(4900), "away"],
    ["anything else", walletError(-32603, "Internal error"), "unknown"],
  ])("explains %s", async (_name, error, kind) => {
    const { provider } = fakeProvider({ eth_chainId: "0x2105", eth_sendTransaction: error });
    expect(await problemOf(injectedChainWallet(provider, ALICE, CHAIN).send(TX))).toMatchObject({ kind });
  });

  it("says why the chain would refuse it", async () => {
    const error = walletError(-32603, "Internal", { message: "execution reverted: Blacklistable: account" });
    const { provider } = fakeProvider({ eth_chainId: "0x2105", eth_sendTransaction: error });
    const problem = await problemOf(injectedChainWallet(provider, ALICE, CHAIN).send(TX));
    expect(problem).toEqual({ kind: "reverted", reason: "Blacklistable: account", txHash: null });
  });

  it("takes nothing for a hash that is none", async () => {
    const { provider } = fakeProvider({ eth_chainId: "0x2105", eth_sendTransaction: "0x12" });
    expect(await problemOf(injectedChainWallet(provider, ALICE, CHAIN).send(TX))).toEqual({
      kind: "unknown",
    });
  });

  it("tells a receipt from none, and success from failure", async () => {
    for (const [answer, receipt] of [
      [null, null],
      [
        { status: "0x1", blockNumber: "0x10" },
        { succeeded: true, block: 16n },
      ],
      [
        { status: "0x0", blockNumber: "0x10" },
        { succeeded: false, block: 16n },
      ],
    ]) {
      const { provider } = fakeProvider({ eth_getTransactionReceipt: answer });
      expect(await injectedChainWallet(provider, ALICE, CHAIN).receipt(HASH)).toEqual(receipt);
    }
  });
});

describe("finding the wallet", () => {
  const deps = (...providers: ReturnType<typeof fakeProvider>["provider"][]) => ({
    wallets: () => providers.map(discovered),
    development: false,
    developmentAddress: async () => null,
  });

  it("takes the one that shares the account already, and asks none", async () => {
    const other = fakeProvider({ eth_accounts: [BOB.toLowerCase()] });
    const right = fakeProvider({ eth_accounts: [BOB, ALICE.toLowerCase()] });
    const wallet = await connect(deps(other.provider, right.provider), CHAIN, ALICE);
    expect(wallet.address).toBe(ALICE);
    expect([...other.asked, ...right.asked]).toEqual(["eth_accounts", "eth_accounts"]);
  });

  it("asks one that is locked", async () => {
    const { provider } = fakeProvider({ eth_accounts: [], eth_requestAccounts: [ALICE.toLowerCase()] });
    expect((await connect(deps(provider), CHAIN, ALICE)).address).toBe(ALICE);
  });

  it("says that another account is selected, that there is none, that it was declined", async () => {
    const other = fakeProvider({ eth_accounts: [], eth_requestAccounts: [BOB] });
    expect(await problemOf(connect(deps(other.provider), CHAIN, ALICE))).toEqual({
      kind: "other-account",
      selected: BOB,
      wanted: ALICE,
    });
    expect(await problemOf(connect(deps(), CHAIN, ALICE))).toEqual({ kind: "no-wallet", wanted: ALICE });
    const declined = fakeProvider({ eth_accounts: [], eth_requestAccounts: walletError(4001) });
    expect(await problemOf(connect(deps(declined.provider), CHAIN, ALICE))).toEqual({ kind: "rejected" });
  });

  it("uses the development key only on a chain that the page can reach itself", async () => {
    const development = { ...deps(), development: true, developmentAddress: async () => ALICE };
    expect(await problemOf(connect(development, CHAIN, ALICE))).toMatchObject({ kind: "no-wallet" });
    const chain = { ...CHAIN, rpcUrl: "http://127.0.0.1:1" };
    expect((await connect(development, chain, ALICE)).address).toBe(ALICE);
  });
});
