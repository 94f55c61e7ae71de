/** What the server says about money, and the calls that ask for it. µUSDC are integers, $ASHAO bigints. */
import { boolean, type Decoded, integer, nullable, object, string } from "../lib/decode";
import { createCall } from "./operation";
import * as operations from "./operations";
import type { Request } from "./request";
import type { components } from "./schema";
import { pageFields } from "./types";

type Schemas = components["schemas"];

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
export type Tx = Schemas["WalletTransaction"];
export type Account = Schemas["Account"];
export type StatementRow = Schemas["StatementRow"];
export type StatementPart = StatementRow["part"];
export type StatementPage = Schemas["Statement"];
export type Deposit = Schemas["Deposit"];
export type Deposits = Schemas["Deposits"];
export type Faucet = Schemas["Faucet"];
export type Payout = Schemas["Payout"];
export type NewPayoutWallet = Payouts["newWallets"][number];
export type PayoutState = Payout["state"];
export type Payouts = Schemas["Payouts"];
export type Staking = Schemas["Staking"];
export type Staker = Schemas["You"];
export type PastEpoch = Schemas["SettledEpoch"];
export type Burn = Schemas["Burn"];
export type TreasuryDay = Schemas["Day"];
export type Treasury = Schemas["Treasury"];

export const STATEMENT_ROWS = 25;

export interface StatementQuery {
  part: StatementPart | null;
  before: number | null;
}

export interface SignedMessage {
  message: string;
  signature: string;
}

export interface PayoutInput {
  amountMicros: number;
  wallet: string;
  idempotencyKey: string;
}

/** The calls of the account, stake and treasury pages. */
export function createMoneyApi(request: Request) {
  const call = createCall(request);
  return {
    account: () => call(operations.account),
    statement: ({ part, before }: StatementQuery) =>
      call(operations.statement, { query: { limit: STATEMENT_ROWS, part, before } }),
    buyCredits: (amountMicros: number) => call(operations.creditsBuy, { body: { amount: amountMicros } }),
    announceDeposit: (txHash: string, amountMicros: number) =>
      call(operations.depositAnnounce, { body: { txHash, amount: amountMicros } }),
    deposits: () => call(operations.deposits),
    faucet: () => call(operations.faucet),
    takeFromFaucet: () => call(operations.faucetGive),
    payouts: () => call(operations.payoutsList),
    requestPayout: ({ amountMicros, wallet, idempotencyKey }: PayoutInput) =>
      call(operations.payoutsCreate, {
        body: { amount: amountMicros, wallet },
        headers: { "Idempotency-Key": idempotencyKey },
      }),
    /** What the other wallet has signed, and the person's own; there is none of that where they have no wallet. */
    addPayoutWallet: ({ message, signature }: SignedMessage, own: SignedMessage | null) =>
      call(operations.payoutWalletsCreate, {
        body: {
          message,
          signature,
          ...(own === null ? {} : { ownMessage: own.message, ownSignature: own.signature }),
        },
      }),
    removePayoutWallet: (wallet: string) => call(operations.payoutWalletsDelete, { path: { wallet } }),
    staking: () => call(operations.staking),
    stake: (amountWei: bigint) => call(operations.stakingStake, { body: { amount: amountWei.toString() } }),
    unstake: (amountWei: bigint) =>
      call(operations.stakingUnstake, { body: { amount: amountWei.toString() } }),
    treasury: () => call(operations.treasury),
  };
}

export type MoneyApi = ReturnType<typeof createMoneyApi>;
