import { describe, expect, it } from "vitest";
import { FakeClock } from "../lib/fake-clock";
import { ALICE, HASH, TX } from "./fake-provider";
import { ChainError } from "./problems";
import type { Receipt } from "./rpc";
import { runSteps, type Step } from "./steps";
import type { ChainWallet } from "./wallet";

function setUp(receipts: (Receipt | null | Error)[], send: () => Promise<string> = async () => HASH) {
  const clock = new FakeClock();
  const seen: string[] = [];
  const wallet: ChainWallet = {
    address: ALICE,
    chainId: async () => TX.chainId,
    send,
    receipt: async () => {
      const next = receipts.length > 1 ? receipts.shift() : receipts[0];
      if (next instanceof Error) throw next;
      return next ?? null;
    },
  };
  const onChange = (steps: readonly Step[]) => void seen.push(steps.map((step) => step.state).join(" "));
  const transactions = [
    { ...TX, label: "Approve" },
    { ...TX, label: "Stake" },
  ];
  return { clock, seen, run: () => runSteps(transactions, { wallet, onChange, clock }) };
}

const GOOD: Receipt = { succeeded: true, block: 1n };

describe("transactions in their order", () => {
  it("asks for the second only when the first is in a block", async () => {
    const { clock, seen, run } = setUp([null, new Error("away"), GOOD]);
    const done = run();
    await clock.advance(500);
    expect(seen.at(-1)).toBe("sent waiting");
    await clock.advance(10_000);
    expect((await done).map((step) => step.txHash)).toEqual([HASH, HASH]);
    expect(seen).toEqual([
      "asking waiting",
      "sent waiting",
      "done waiting",
      "done asking",
      "done sent",
      "done done",
    ]);
  });

  it("stops at one that the chain refused", async () => {
    const { seen, run } = setUp([{ succeeded: false, block: 1n }]);
    await expect(run()).rejects.toMatchObject({ problem: { kind: "reverted", txHash: HASH } });
    expect(seen.at(-1)).toBe("sent waiting");
  });

  it("gives up waiting, and says that it may still happen", async () => {
    const { clock, run } = setUp([null]);
    const outcome = run().catch((error: unknown) => error);
    await clock.advance(400_000);
    expect(await outcome).toMatchObject({ problem: { kind: "slow", txHash: HASH } });
  });

  it("asks for nothing more once the person declined", async () => {
    const { seen, run } = setUp([GOOD], async () => {
      throw new ChainError({ kind: "rejected" });
    });
    await expect(run()).rejects.toMatchObject({ problem: { kind: "rejected" } });
    expect(seen).toEqual(["asking waiting"]);
  });
});
