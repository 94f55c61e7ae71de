import { describe, expect, it } from "vitest";
import type { Payout, PayoutInput } from "../api/money";
import { ApiError } from "../api/request";
import { ALICE, BOB, fakeProvider, walletError } from "../chain/fake-provider";
import { KnownWalletError, NotOwnWalletError, signAsOther, signAsOwn } from "./payout-wallet";
import { PayoutRequest } from "./payouts";

describe("asking for a payout", () => {
  it("repeats a request whose answer never came under its key, and any other under a new one", async () => {
    const asked: PayoutInput[] = [];
    let failure: ApiError | null = new ApiError("Away.", { status: 0, code: "unreachable" });
    let keys = 0;
    const request = new PayoutRequest({
      api: {
        requestPayout: async (input) => {
          asked.push(input);
          if (failure !== null) throw failure;
          return {} as Payout;
        },
      },
      newKey: () => String(++keys),
      asked: () => undefined,
    });
    await request.ask(5, ALICE);
    await request.ask(5, ALICE);
    await request.ask(6, ALICE);
    failure = new ApiError("Too little.", { status: 402, code: "insufficient_earnings" });
    await request.ask(6, ALICE);
    failure = null;
    await request.ask(6, ALICE);
    await request.ask(6, ALICE);
    expect(asked.map((input) => input.idempotencyKey)).toEqual(["1", "1", "2", "2", "3", "4"]);
    expect(request.store.get()).toEqual({ phase: "asked", amountMicros: 6 });
  });
});

describe("another wallet", () => {
  const site = { host: "h", origin: "https://h" };
  const input = { userId: "usr_1", known: [ALICE], site };
  const api = {
    nonce: async () => ({
      nonce: "abcdefgh",
      chainId: 1,
      issuedAt: "2026-01-01T00:00:00Z",
      expiresAt: "2026-01-01T00:05:00Z",
    }),
  };

  it("signs that it is to receive the payouts of this account", async () => {
    const { provider } = fakeProvider({
      eth_requestAccounts: [BOB.toLowerCase()],
      personal_sign: "0xsigned",
    });
    const signed = await signAsOther(api, { ...input, provider });
    expect([signed.address, signed.signature]).toEqual([BOB, "0xsigned"]);
    expect(signed.message).toContain(`\n${BOB}\n\nReceive the payouts of ashao account usr_1.\n\n`);
  });

  it("is asked for another account when it shares only the known one", async () => {
    const { provider, asked } = fakeProvider({
      eth_requestAccounts: [ALICE],
      wallet_requestPermissions: null,
      eth_accounts: [ALICE, BOB],
      personal_sign: "0xsigned",
    });
    expect((await signAsOther(api, { ...input, provider })).address).toBe(BOB);
    expect(asked).toContain("wallet_requestPermissions");
  });

  it("signs nothing when there is no other account, or the person declines", async () => {
    const only = fakeProvider({
      eth_requestAccounts: [ALICE],
      wallet_requestPermissions: walletError(-32601, "no such method"),
      eth_accounts: [ALICE],
    });
    await expect(signAsOther(api, { ...input, provider: only.provider })).rejects.toBeInstanceOf(
      KnownWalletError,
    );
    const declined = fakeProvider({
      eth_requestAccounts: [ALICE],
      wallet_requestPermissions: walletError(4001),
    });
    await expect(signAsOther(api, { ...input, provider: declined.provider })).rejects.toMatchObject({
      code: 4001,
    });
  });
});

describe("the own wallet", () => {
  const site = { host: "h", origin: "https://h" };
  const input = { userId: "usr_1", own: ALICE, other: BOB, site };
  const api = {
    nonce: async () => ({
      nonce: "abcdefgh",
      chainId: 1,
      issuedAt: "2026-01-01T00:00:00Z",
      expiresAt: "2026-01-01T00:05:00Z",
    }),
  };

  it("signs that the other may receive the payouts, also when another account is selected in it", async () => {
    const { provider } = fakeProvider({
      eth_requestAccounts: [BOB],
      eth_accounts: [BOB, ALICE.toLowerCase()],
      personal_sign: "0xagreed",
    });
    const signed = await signAsOwn(api, { ...input, provider });
    expect(signed.signature).toBe("0xagreed");
    expect(signed.message).toContain(
      `\n${ALICE}\n\nLet ${BOB} receive the payouts of ashao account usr_1.\n\n`,
    );
  });

  it("is no wallet that doesn't hold the account", async () => {
    const { provider } = fakeProvider({
      eth_requestAccounts: [BOB],
      wallet_requestPermissions: walletError(-32601, "no such method"),
      eth_accounts: [BOB],
    });
    await expect(signAsOwn(api, { ...input, provider })).rejects.toBeInstanceOf(NotOwnWalletError);
  });
});
