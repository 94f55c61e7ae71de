import { describe, expect, it } from "vitest";
import { ALICE, HASH, TX } from "../chain/fake-provider";
import { ChainError } from "../chain/problems";
import type { ChainWallet } from "../chain/wallet";
import { asField, judgeStake, pendingWei } from "./amounts";
import { isCounted, moveStages } from "./stages";
import { StakeMove } from "./staking";

const ONE = 10n ** 18n;
const you = { balance: 5n * ONE + 1n, stake: 2n * ONE, onChain: 3n * ONE };

describe("an amount to stake", () => {
  it("is exact to the last decimal, and no more than is there", () => {
    expect(judgeStake("5.000000000000000001", "stake", you)).toEqual({ ok: true, wei: 5n * ONE + 1n });
    expect(judgeStake("5.000000000000000002", "stake", you)).toMatchObject({
      ok: false,
      problem: "Your wallet has 5 $ASHAO.",
    });
    expect(judgeStake(asField(you.balance), "stake", you)).toEqual({ ok: true, wei: you.balance });
    expect(judgeStake("3", "unstake", you)).toEqual({ ok: true, wei: 3n * ONE });
    expect(judgeStake("3.1", "unstake", you)).toMatchObject({ problem: "Your stake is 3 $ASHAO." });
    expect(judgeStake("1.0000000000000000001", "stake", you)).toMatchObject({
      problem: expect.stringContaining("18 decimals"),
    });
  });

  it("isn't held against a balance that nobody knows", () => {
    expect(judgeStake("1000000", "stake", { ...you, balance: null })).toMatchObject({ ok: true });
    expect(judgeStake("3", "unstake", { ...you, onChain: null })).toMatchObject({ ok: false });
    expect(pendingWei({ stake: ONE, onChain: null })).toBe(0n);
  });
});

function setUp(send: () => Promise<string>) {
  const told = { changes: 0 };
  const wallet: ChainWallet = {
    address: ALICE,
    chainId: async () => 1,
    send,
    receipt: async () => ({ succeeded: true, block: 1n }),
  };
  const transactions = [
    { ...TX, label: "Approve" },
    { ...TX, label: "Stake" },
  ];
  const move = new StakeMove({
    api: {
      stake: async () => ({ transactions }),
      unstake: async () => ({ transactions: transactions.slice(1) }),
    },
    connect: async () => wallet,
    chainName: "Base",
    changed: () => {
      told.changes += 1;
    },
  });
  return { move, told };
}

describe("staking", () => {
  it("is made when both are in a block, and counts when the server says so", async () => {
    const { move, told } = setUp(async () => HASH);
    expect(await move.move("stake", ONE, 0n)).toBe(true);
    const made = move.store.get();
    if (made.phase !== "made") throw new Error("It should have been made.");
    expect(told.changes).toBe(1);
    const waiting = { stake: 0n, onChain: ONE };
    expect(isCounted(made, waiting)).toBe(false);
    expect(moveStages(made, waiting).map((stage) => stage.state)).toEqual(["done", "done", "now"]);
    const there = { stake: ONE, onChain: ONE };
    expect(moveStages(made, there).map((stage) => stage.state)).toEqual(["done", "done", "done"]);
  });

  it("shows where it stopped when the person declines", async () => {
    let asked = 0;
    const { move } = setUp(async () => {
      asked += 1;
      if (asked === 2) throw new ChainError({ kind: "rejected" });
      return HASH;
    });
    expect(await move.move("stake", ONE, 0n)).toBe(false);
    expect(move.store.get()).toMatchObject({ phase: "failed", message: expect.stringContaining("declined") });
    expect(moveStages(move.store.get(), null).map((stage) => stage.state)).toEqual([
      "done",
      "failed",
      "ahead",
    ]);
  });

  it("is forgotten when another person is here, whatever it still says", async () => {
    let answer: (hash: string) => void = () => undefined;
    const { move } = setUp(() => new Promise((resolve) => (answer = resolve)));
    const moving = move.move("unstake", ONE, ONE);
    await new Promise((resolve) => setTimeout(resolve));
    move.forget();
    answer(HASH);
    await moving;
    expect(move.store.get()).toEqual({ phase: "idle" });
  });
});
