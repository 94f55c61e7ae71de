import { describe, expect, it } from "vitest";
import type { Deposit, Tx } from "../api/money";
import { ApiError } from "../api/request";
import { ALICE, HASH, TX } from "../chain/fake-provider";
import { ChainError } from "../chain/problems";
import type { ChainWallet } from "../chain/wallet";
import { MemoryStorage } from "../lib/storage";
import { Announcements } from "./announcements";
import { Buying } from "./buying";

function wallet(send: (tx: Tx) => Promise<string>): ChainWallet {
  return { address: ALICE, chainId: async () => 1, send, receipt: async () => null };
}

function setUp(send: (tx: Tx) => Promise<string>, refusal: Error | null = null) {
  const sent: [string, number][] = [];
  const buying = new Buying({
    api: {
      buyCredits: async () => {
        if (refusal !== null) throw refusal;
        return { transactions: [TX], balance: null };
      },
    },
    connect: async () => wallet(send),
    chainName: "Base",
    sent: (txHash, amount) => sent.push([txHash, amount]),
  });
  return { buying, sent };
}

describe("buying", () => {
  it("goes from the server to the wallet, and tells of the transfer", async () => {
    const { buying, sent } = setUp(async () => {
      expect(buying.store.get().phase).toBe("asking");
      return HASH;
    });
    expect(await buying.buy(20_000_000)).toBe(true);
    expect(sent).toEqual([[HASH, 20_000_000]]);
    expect(buying.store.get()).toEqual({ phase: "idle" });
  });

  it("asks once, however often it is pressed", async () => {
    let answer: (hash: string) => void = () => undefined;
    const { buying, sent } = setUp(() => new Promise((resolve) => (answer = resolve)));
    const first = buying.buy(1_000_000);
    expect(await buying.buy(1_000_000)).toBe(false);
    await new Promise((resolve) => setTimeout(resolve));
    answer(HASH);
    await first;
    expect(sent).toHaveLength(1);
  });

  it("says at the field what the server finds wrong with the amount", async () => {
    const refusal = new ApiError("At least $1.00, please.", { status: 400, code: "too_small" });
    const { buying } = setUp(async () => HASH, refusal);
    await buying.buy(10_000);
    expect(buying.store.get()).toEqual({
      phase: "failed",
      message: "At least $1.00, please.",
      atField: true,
    });
    buying.reset();
    expect(buying.store.get()).toEqual({ phase: "idle" });
  });

  it("says that nothing was sent when the person declines", async () => {
    const { buying, sent } = setUp(async () => {
      throw new ChainError({ kind: "rejected" });
    });
    expect(await buying.buy(1_000_000)).toBe(false);
    expect(buying.store.get()).toMatchObject({ phase: "failed", atField: false });
    expect(sent).toEqual([]);
  });
});

describe("what was sent", () => {
  const deposit = {} as Deposit;

  it("is told to the server, after a reload and a lost connection too", async () => {
    const storage = new MemoryStorage();
    const told: string[] = [];
    let away = true;
    const api = {
      announceDeposit: async (txHash: string, amount: number) => {
        if (away) throw new ApiError("Away.", { status: 0, code: "unreachable" });
        told.push(`${txHash} ${amount}`);
        return deposit;
      },
    };
    new Announcements(api, storage).add("usr_alice", HASH, 5);
    const again = new Announcements(api, storage);
    await again.flush("usr_alice");
    expect([told, again.waiting("usr_alice")]).toEqual([[], true]);
    away = false;
    await again.flush("usr_bob");
    expect(told).toEqual([]);
    await again.flush("usr_alice");
    expect([told, again.waiting("usr_alice")]).toEqual([[`${HASH} 5`], false]);
  });

  it("is not told again where the server refuses it for good", async () => {
    const api = {
      announceDeposit: async () => {
        throw new ApiError("No.", { status: 409, code: "conflict" });
      },
    };
    const announcements = new Announcements(api, new MemoryStorage());
    announcements.add("usr_alice", HASH, 5);
    await announcements.flush("usr_alice");
    expect(announcements.waiting("usr_alice")).toBe(false);
  });
});
