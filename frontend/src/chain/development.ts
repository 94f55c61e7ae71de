/** Signs transactions with this browser's development key. With its curves and hashes it loads when first needed. */
import type { Tx } from "../api/money";
import { isRecord } from "../lib/decode";
import type { KeyValue } from "../lib/storage";
import { developmentAccount } from "../wallet/keys";
import { chainIdOf, quantity, type Rpc, toHex } from "./rpc";

/** A node's estimate is for the chain as it is now; what isn't used is not paid. */
const GAS_MARGIN_PERCENT = 125n;
/** Of the next block's price: enough for the fees of several full blocks to rise before ours. */
const FEE_FACTOR = 2n;
const TIP_WEI = 1_000_000_000n;

/** Signs, sends, and answers with the transaction's hash. */
export async function sendByKey(rpc: Rpc, storage: KeyValue, transaction: Tx): Promise<unknown> {
  const account = developmentAccount(storage);
  const { to, data, value, chainId } = transaction;
  if ((await chainIdOf(rpc)) !== chainId) throw new TypeError("The node is of another chain.");
  const call = { from: account.address, to, data, value };
  const [nonce, gas, baseFee] = await Promise.all([
    rpc("eth_getTransactionCount", [account.address, "pending"]),
    rpc("eth_estimateGas", [call]),
    latestBaseFee(rpc),
  ]);
  const signed = await account.signTransaction({
    type: "eip1559",
    chainId,
    nonce: Number(quantity(nonce, "nonce")),
    to: asHex(to),
    data: asHex(data),
    value: quantity(value, "value"),
    gas: (quantity(gas, "gas") * GAS_MARGIN_PERCENT) / 100n,
    maxFeePerGas: baseFee * FEE_FACTOR + TIP_WEI,
    maxPriorityFeePerGas: TIP_WEI,
  });
  return rpc("eth_sendRawTransaction", [signed]);
}

async function latestBaseFee(rpc: Rpc): Promise<bigint> {
  const block = await rpc("eth_getBlockByNumber", ["latest", false]);
  return isRecord(block) ? quantity(block.baseFeePerGas ?? toHex(0), "base fee") : 0n;
}

function asHex(text: string): `0x${string}` {
  if (!/^0x[0-9a-fA-F]*$/.test(text)) throw new TypeError("That is no hexadecimal text.");
  return `0x${text.slice(2)}`;
}
