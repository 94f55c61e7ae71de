import type { ChainConfig, Tx } from "../api/money";
import type { Eip1193Provider } from "../wallet/wallet";

export const ALICE = "0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2";
export const BOB = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed";
export const HASH = `0x${"ab".repeat(32)}`;

export const CHAIN: ChainConfig = {
  id: 8453,
  name: "Base",
  rpcUrl: null,
  explorer: "https://explorer.example",
  usdc: BOB,
  token: BOB,
  vault: BOB,
  treasury: BOB,
  confirmations: 5,
};

export const TX: Tx = { to: BOB, data: "0x1234", value: "0x0", chainId: 8453, label: "Pay $20.00" };

/** What a wallet throws. */
export function walletError(code: number, message = "", data?: unknown): Error {
  return Object.assign(new Error(message), { code, data });
}

type Answer = unknown | ((params: readonly unknown[]) => unknown);

/** A wallet that answers as it is told, and notes what it was asked. A function answers anew; an `Error` is thrown. */
export function fakeProvider(answers: Record<string, Answer>) {
  const asked: string[] = [];
  const provider: Eip1193Provider = {
    request: async ({ method, params = [] }) => {
      asked.push(method);
      const answer = answers[method];
      const value: unknown = typeof answer === "function" ? answer(params) : answer;
      if (value instanceof Error) throw value;
      return value;
    },
  };
  return { provider, asked };
}
