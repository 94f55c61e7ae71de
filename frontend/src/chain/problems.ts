/** Everything that keeps a transaction from being made, in one union, with a sentence for each. */
import { ApiError } from "../api/request";
import { isRecord } from "../lib/decode";
import { assertNever } from "../lib/never";
import { shortWallet } from "../ui/words";

export type ChainProblem =
  | { kind: "rejected" }
  /** The wallet has an earlier question open. */
  | { kind: "busy" }
  | { kind: "wrong-chain"; chainName: string }
  /** Nothing in this browser holds the signed-in wallet. */
  | { kind: "no-wallet"; wanted: string }
  /** The wallet has another account selected. */
  | { kind: "other-account"; selected: string; wanted: string }
  | { kind: "no-gas" }
  /** `txHash` is null where the chain would not take it in the first place. */
  | { kind: "reverted"; reason: string | null; txHash: string | null }
  | { kind: "away"; chainName: string }
  /** Sent, and in no block yet for as long as the page waits. */
  | { kind: "slow"; txHash: string }
  | { kind: "unknown" };

export class ChainError extends Error {
  readonly problem: ChainProblem;

  constructor(problem: ChainProblem) {
    super(chainSentence(problem));
    this.name = "ChainError";
    this.problem = problem;
  }
}

export function chainSentence(problem: ChainProblem): string {
  switch (problem.kind) {
    case "rejected":
      return "You declined the request in your wallet. Nothing was sent.";
    case "busy":
      return "Your wallet is already asking you something. Open it and answer there, then try again.";
    case "wrong-chain":
      return `Your wallet is on another chain. Switch it to ${problem.chainName}, then try again.`;
    case "no-wallet":
      return `No wallet in this browser holds ${shortWallet(problem.wanted)}, with which you are signed in. Unlock it and try again.`;
    case "other-account":
      return `Your wallet has ${shortWallet(problem.selected)} selected, and you are signed in as ${shortWallet(problem.wanted)}. Select that account in your wallet, then try again.`;
    case "no-gas":
      return "Your wallet has too little ether to pay for the transaction. Nothing was sent.";
    case "reverted":
      return problem.txHash === null
        ? `The chain would refuse this transaction${reasonText(problem.reason)}. Nothing was sent.`
        : `The chain refused the transaction${reasonText(problem.reason)}. Only its fee was paid.`;
    case "away":
      return `${problem.chainName} can’t be reached right now. Nothing was sent; try again in a moment.`;
    case "slow":
      return "The transaction was sent, but no block has it yet. It may still happen: look in your wallet before you send another.";
    case "unknown":
      return "Your wallet didn’t answer as expected. Unlock it and try again.";
    default:
      return assertNever(problem);
  }
}

function reasonText(reason: string | null): string {
  return reason === null ? "" : ` (${reason})`;
}

/** Codes of EIP-1193, EIP-3326 and of the JSON-RPC errors that wallets and nodes use beside them. */
const REJECTED = 4001;
const UNKNOWN_CHAIN = 4902;
const ALREADY_ASKING = -32002;
const DISCONNECTED = [4900, 4901];
const REVERTED = 3;
const MAX_REASON = 120;

/** What a wallet or a node meant by what it threw. */
export function problemOf(error: unknown, chainName: string): ChainProblem {
  if (error instanceof ChainError) return error.problem;
  const codes = codesOf(error);
  const text = textOf(error);
  if (codes.includes(REJECTED)) return { kind: "rejected" };
  if (codes.includes(ALREADY_ASKING)) return { kind: "busy" };
  if (/insufficient funds|exceeds (the )?balance of (the )?account|gas \* price/i.test(text))
    return { kind: "no-gas" };
  if (codes.includes(REVERTED) || /revert/i.test(text))
    return { kind: "reverted", reason: reasonOf(text), txHash: null };
  if (codes.some((code) => DISCONNECTED.includes(code)) || error instanceof TypeError)
    return { kind: "away", chainName };
  return { kind: "unknown" };
}

/** Whether the wallet knows no chain of that id. Some hide the code one level deeper. */
export function isUnknownChain(error: unknown): boolean {
  return codesOf(error).includes(UNKNOWN_CHAIN);
}

/** The sentence for whatever went wrong between the page, the server, the wallet and the chain. */
export function sentenceFor(error: unknown, chainName: string): string {
  return error instanceof ApiError ? error.message : chainSentence(problemOf(error, chainName));
}

function codesOf(error: unknown): number[] {
  const codes: number[] = [];
  let level = error;
  for (let depth = 0; depth < 4 && isRecord(level); depth++) {
    if (typeof level.code === "number") codes.push(level.code);
    level = isRecord(level.data) && "originalError" in level.data ? level.data.originalError : level.cause;
  }
  return codes;
}

function textOf(error: unknown): string {
  if (!isRecord(error)) return "";
  const inner = isRecord(error.data) && typeof error.data.message === "string" ? error.data.message : "";
  return `${typeof error.message === "string" ? error.message : ""} ${inner}`;
}

/** "execution reverted: blacklisted" is about being blacklisted; data in hex says nothing to people. */
function reasonOf(text: string): string | null {
  const reason = /revert(?:ed)?(?: with reason string)?:?\s*["']?([^"'\n]*)/i.exec(text)?.[1]?.trim() ?? "";
  return reason === "" || reason.includes("0x") ? null : reason.slice(0, MAX_REASON);
}
