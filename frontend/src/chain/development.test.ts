import { parseTransaction, recoverTransactionAddress } from "viem";
import { expect, it } from "vitest";
import { MemoryStorage } from "../lib/storage";
import { developmentAccount } from "../wallet/keys";
import { sendByKey } from "./development";
import { BOB, HASH, TX } from "./fake-provider";
import { httpRpc, RpcError } from "./rpc";

it("signs what it was given, with its own nonce and a margin for gas", async () => {
  const storage = new MemoryStorage();
  const raw: string[] = [];
  const answers: Record<string, unknown> = {
    eth_chainId: "0x2105",
    eth_getTransactionCount: "0x7",
    eth_estimateGas: "0x186a0",
    eth_getBlockByNumber: { baseFeePerGas: "0x64" },
  };
  const rpc = async (method: string, params: readonly unknown[] = []) => {
    if (method !== "eth_sendRawTransaction") return answers[method];
    raw.push(String(params[0]));
    return HASH;
  };
  expect(await sendByKey(rpc, storage, TX)).toBe(HASH);
  const signed = raw[0] as `0x02${string}`;
  expect(parseTransaction(signed)).toMatchObject({
    chainId: 8453,
    nonce: 7,
    to: BOB.toLowerCase(),
    data: TX.data,
    gas: 125_000n,
    maxFeePerGas: 1_000_000_200n,
  });
  expect(await recoverTransactionAddress({ serializedTransaction: signed })).toBe(
    developmentAccount(storage).address,
  );
});

it("signs nothing for a node of another chain", async () => {
  const asked: string[] = [];
  const rpc = async (method: string) => {
    asked.push(method);
    return "0x1";
  };
  await expect(sendByKey(rpc, new MemoryStorage(), TX)).rejects.toThrow("another chain");
  expect(asked).toEqual(["eth_chainId"]);
});

it("tells a node that refuses from one that is away", async () => {
  const refusing = httpRpc("http://x", async () =>
    Response.json({ jsonrpc: "2.0", id: 1, error: { code: 3, message: "execution reverted: no" } }),
  );
  const refused = await refusing("eth_call").catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(RpcError);
  expect(refused).toMatchObject({ code: 3, message: "execution reverted: no" });
  const away = httpRpc("http://x", async () => new Response("<h1>502</h1>", { status: 502 }));
  await expect(away("eth_call")).rejects.toBeInstanceOf(TypeError);
});
