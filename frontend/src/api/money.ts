/** What the server says about money, as decoders, and the calls that ask for it. µUSDC are integers, $ASHAO bigints. */
import {
  boolean,
  type Decoded,
  DecodeError,
  type Decoder,
  integer,
  list,
  nothing,
  nullable,
  object,
  oneOf,
  string,
} from "../lib/decode";
import type { Request } from "./request";
import { pageFields } from "./types";

/** A decimal string of the smallest unit: no number of JavaScript could hold it exactly. */
export const wei: Decoder<bigint> = (value, path) => {
  const digits = string(value, path);
  if (!/^-?\d{1,78}$/.test(digits)) throw new DecodeError(path, "an amount in wei");
  return BigInt(digits);
};

export const chainConfig = object({
  id: integer,
  name: string,
  /** Of the dev chain only: there, the page itself may ask the chain. */
  rpcUrl: nullable(string),
  explorer: nullable(string),
  usdc: nullable(string),
  token: nullable(string),
  vault: nullable(string),
  treasury: nullable(string),
  confirmations: integer,
});
export type ChainConfig = Decoded<typeof chainConfig>;

export const moneyConfig = object({ ...pageFields, chain: nullable(chainConfig), faucet: boolean });
export type MoneyConfig = Decoded<typeof moneyConfig>;

/** What a wallet is asked to sign and send. */
export const transaction = object({
  to: string,
  data: string,
  value: string,
  chainId: integer,
  label: string,
});
export type Tx = Decoded<typeof transaction>;

export const transactions = object({ transactions: list(transaction) });
export const purchase = object({ transactions: list(transaction), balance: nullable(integer) });

export const account = object({
  wallet: string,
  credits: integer,
  bought: integer,
  granted: integer,
  held: integer,
  earnings: integer,
  escrow: integer,
  pendingPayouts: integer,
  trust: object({
    trusted: boolean,
    paidJobs: integer,
    paidJobsNeeded: integer,
    days: integer,
    daysNeeded: integer,
  }),
});
export type Account = Decoded<typeof account>;

export const statementPart = oneOf("credits", "granted", "earnings", "escrow");
export type StatementPart = Decoded<typeof statementPart>;

/** The server's cursor is an integer or a string; it is only ever handed back. */
const cursor: Decoder<string> = (value, path) =>
  typeof value === "number" ? String(integer(value, path)) : string(value, path);

const statementRow = object({
  id: cursor,
  at: string,
  part: statementPart,
  kind: string,
  reference: nullable(string),
  amount: integer,
  balance: integer,
});
export type StatementRow = Decoded<typeof statementRow>;

export const statementPage = object({ rows: list(statementRow), next: nullable(cursor) });
export type StatementPage = Decoded<typeof statementPage>;

const deposit = object({
  txHash: string,
  amount: integer,
  state: oneOf("sent", "included", "credited", "failed", "lost"),
  confirmations: integer,
  needed: integer,
  sentAt: string,
  creditedAt: nullable(string),
  url: nullable(string),
});
export type Deposit = Decoded<typeof deposit>;

export const deposits = object({ deposits: list(deposit), confirmations: integer });
export type Deposits = Decoded<typeof deposits>;

export const faucet = object({ available: boolean, usdc: integer, ashao: wei, eth: wei });
export type Faucet = Decoded<typeof faucet>;
const faucetGift = object({ transactions: list(string) });

const payout = object({
  id: string,
  amount: integer,
  wallet: string,
  state: oneOf("requested", "approved", "signed", "broadcast", "included", "final", "failed"),
  problem: nullable(string),
  txHash: nullable(string),
  url: nullable(string),
  requestedAt: string,
  finalAt: nullable(string),
});
export type Payout = Decoded<typeof payout>;
export type PayoutState = Payout["state"];

export const payouts = object({
  available: integer,
  escrow: integer,
  minimum: integer,
  perDay: integer,
  leftToday: integer,
  wallets: list(string),
  payouts: list(payout),
});
export type Payouts = Decoded<typeof payouts>;

const epochFields = { number: integer, startsAt: string, endsAt: string };

export const staking = object({
  chain: object({
    block: nullable(integer),
    age_s: nullable(integer),
    ok: boolean,
    problem: nullable(string),
  }),
  minimum: wei,
  total: wei,
  stakers: integer,
  pool: integer,
  epoch: object(epochFields),
  shareBps: integer,
  stakedShareBps: integer,
  epochs: list(object({ ...epochFields, pool: integer, rewards: integer, stakers: integer })),
  you: nullable(
    object({
      wallet: string,
      balance: nullable(wei),
      allowance: nullable(wei),
      stake: wei,
      onChain: nullable(wei),
      shareOfPoolBps: integer,
      rewards: integer,
      workerShareBps: integer,
      rewardsByEpoch: list(object({ number: integer, amount: integer })),
    }),
  ),
});
export type Staking = Decoded<typeof staking>;
export type Staker = NonNullable<Staking["you"]>;
export type PastEpoch = Staking["epochs"][number];

const burn = object({
  txHash: string,
  url: nullable(string),
  burned: wei,
  usdc: nullable(integer),
  at: string,
});
export type Burn = Decoded<typeof burn>;

const treasuryDay = object({
  day: string,
  revenue: integer,
  workers: integer,
  cloud: integer,
  stakers: integer,
  buyback: integer,
  paidOut: integer,
});
export type TreasuryDay = Decoded<typeof treasuryDay>;

export const treasury = object({
  revenue: integer,
  workers: integer,
  cloud: integer,
  stakers: integer,
  buyback: integer,
  pools: object({ buyback: integer, stakers: integer, cloud: integer }),
  paidOut: integer,
  rewardsPaid: integer,
  boughtBack: integer,
  burned: wei,
  staked: wei,
  supply: wei,
  burns: list(burn),
  days: list(treasuryDay),
  explorer: nullable(string),
  treasury: nullable(string),
  vault: nullable(string),
  token: nullable(string),
});
export type Treasury = Decoded<typeof treasury>;

export const STATEMENT_ROWS = 25;

export interface StatementQuery {
  part: StatementPart | null;
  before: string | null;
}

export interface PayoutInput {
  amountMicros: number;
  wallet: string;
  idempotencyKey: string;
}

/** The calls of the account, stake and treasury pages. */
export function createMoneyApi(request: Request) {
  return {
    account: () => request({ method: "GET", path: "/api/account", decode: account }),
    statement: (query: StatementQuery) =>
      request({ method: "GET", path: `/api/statement?${statementSearch(query)}`, decode: statementPage }),
    buyCredits: (amountMicros: number) =>
      request({
        method: "POST",
        path: "/api/credits/buy",
        body: { amount: amountMicros },
        decode: purchase,
      }),
    announceDeposit: (txHash: string, amountMicros: number) =>
      request({
        method: "POST",
        path: "/api/deposits",
        body: { txHash, amount: amountMicros },
        decode: deposit,
      }),
    deposits: () => request({ method: "GET", path: "/api/deposits", decode: deposits }),
    faucet: () => request({ method: "GET", path: "/api/faucet", decode: faucet }),
    takeFromFaucet: () => request({ method: "POST", path: "/api/faucet", body: {}, decode: faucetGift }),
    payouts: () => request({ method: "GET", path: "/api/payouts", decode: payouts }),
    requestPayout: ({ amountMicros, wallet, idempotencyKey }: PayoutInput) =>
      request({
        method: "POST",
        path: "/api/payouts",
        body: { amount: amountMicros, wallet },
        headers: { "Idempotency-Key": idempotencyKey },
        decode: payout,
      }),
    addPayoutWallet: (message: string, signature: string) =>
      request({
        method: "POST",
        path: "/api/payouts/wallets",
        body: { message, signature },
        decode: object({ wallet: string }),
      }),
    removePayoutWallet: (wallet: string) =>
      request({
        method: "DELETE",
        path: `/api/payouts/wallets/${encodeURIComponent(wallet)}`,
        decode: nothing,
      }),
    staking: () => request({ method: "GET", path: "/api/staking", decode: staking }),
    stake: (amountWei: bigint) => stakingCall(request, "stake", amountWei),
    unstake: (amountWei: bigint) => stakingCall(request, "unstake", amountWei),
    treasury: () => request({ method: "GET", path: "/api/treasury", decode: treasury }),
  };
}

export type MoneyApi = ReturnType<typeof createMoneyApi>;

function stakingCall(request: Request, action: "stake" | "unstake", amountWei: bigint) {
  return request({
    method: "POST",
    path: `/api/staking/${action}`,
    body: { amount: amountWei.toString() },
    decode: transactions,
  });
}

function statementSearch({ part, before }: StatementQuery): string {
  const search = new URLSearchParams({ limit: String(STATEMENT_ROWS) });
  if (part !== null) search.set("part", part);
  if (before !== null) search.set("before", before);
  return search.toString();
}
