/** JSON-RPC to a chain, through a wallet or straight to the dev chain's node. */
import { isRecord, nullable, object, string } from "../lib/decode";
import type { Eip1193Provider } from "../wallet/wallet";

export type Rpc = (method: string, params?: readonly unknown[]) => Promise<unknown>;

const TIMEOUT_MS = 10_000;

export class RpcError extends Error {
  readonly code: number;

  constructor(code: number, message: string) {
    super(message);
    this.name = "RpcError";
    this.code = code;
  }
}

export function walletRpc(provider: Eip1193Provider): Rpc {
  return (method, params = []) => provider.request({ method, params });
}

/** Rejects with `RpcError` for what the node refuses, and with a `TypeError` where it can't be reached. */
export function httpRpc(url: string, send: typeof fetch = (...args) => fetch(...args)): Rpc {
  let lastId = 0;
  return async (method, params = []) => {
    lastId += 1;
    const body = JSON.stringify({ jsonrpc: "2.0", id: lastId, method, params });
    const answer = await exchange(url, body, send);
    if (!isRecord(answer)) throw new TypeError("The node's answer is no JSON-RPC.");
    if (isRecord(answer.error)) {
      const { code, message } = answer.error;
      throw new RpcError(typeof code === "number" ? code : 0, typeof message === "string" ? message : "");
    }
    return answer.result;
  };
}

async function exchange(url: string, body: string, send: typeof fetch): Promise<unknown> {
  const headers = { "Content-Type": "application/json" };
  try {
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const response = await send(url, { method: "POST", headers, body, signal, credentials: "omit" });
    return await response.json();
  } catch {
    throw new TypeError("The node can't be reached.");
  }
}

/** "0x1f" as a number of any size. */
export function quantity(value: unknown, path: string): bigint {
  const hex = string(value, path);
  if (!/^0x[0-9a-fA-F]+$/.test(hex)) throw new TypeError(`${path} is not a quantity`);
  return BigInt(hex);
}

export function toHex(value: bigint | number): string {
  return `0x${value.toString(16)}`;
}

export async function chainIdOf(rpc: Rpc): Promise<number> {
  return Number(quantity(await rpc("eth_chainId"), "chain id"));
}

/** ERC-20 `balanceOf`, which is small enough to be written by hand. */
export async function tokenBalance(rpc: Rpc, token: string, holder: string): Promise<bigint> {
  const data = `0x70a08231${holder.slice(2).toLowerCase().padStart(64, "0")}`;
  return quantity(await rpc("eth_call", [{ to: token, data }, "latest"]), "balance");
}

export async function etherBalance(rpc: Rpc, holder: string): Promise<bigint> {
  return quantity(await rpc("eth_getBalance", [holder, "latest"]), "balance");
}

export interface Receipt {
  succeeded: boolean;
  block: bigint;
}

const receiptShape = nullable(object({ status: string, blockNumber: nullable(string) }));

/** Null while no block has the transaction. */
export async function receiptOf(rpc: Rpc, txHash: string): Promise<Receipt | null> {
  const found = receiptShape(await rpc("eth_getTransactionReceipt", [txHash]), "receipt");
  if (found === null || found.blockNumber === null) return null;
  return { succeeded: found.status === "0x1", block: quantity(found.blockNumber, "block") };
}
