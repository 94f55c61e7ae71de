/** What the account page says about states and kinds, in one place. Pure. */
import type { Account, Deposit, PayoutState, StatementPart, StatementRow } from "../api/money";
import { assertNever } from "../lib/never";
import type { Stage } from "../money/Stepper";
import { counted } from "../ui/words";

export const PART_NAME: Readonly<Record<StatementPart, string>> = {
  credits: "Bought credits",
  granted: "Free credits",
  earnings: "Earnings",
  escrow: "Escrow",
};

/** Known kinds of transfers; what is newer than this page keeps the server's word. */
const KIND_NAME: Readonly<Record<string, string>> = {
  deposit: "Paid in from your wallet",
  grant: "Given at your first sign-in",
  grant_return: "Given back, not used in 90 days",
  reward: "Staking reward",
  escrow_release: "Released from escrow",
  payout_request: "Payout asked for",
  payout_failed: "Payout given back",
  payout: "Payout",
  reversal: "Correction",
  refund: "Refund",
};

export function kindName({ kind, part, amount }: Pick<StatementRow, "kind" | "part" | "amount">): string {
  if (kind === "job") {
    if (part === "credits" || part === "granted") return amount < 0 ? "Answer" : "Answer, given back";
    return "Answer by your worker";
  }
  return KIND_NAME[kind] ?? kind.replaceAll("_", " ").replace(/^./, (first) => first.toUpperCase());
}

/** Whether amounts of this part are counted in credits, and not in dollars. */
export function inCredits(part: StatementPart): boolean {
  return part === "credits" || part === "granted";
}

export function isOpen({ state }: Pick<Deposit, "state">): boolean {
  return state === "sent" || state === "included";
}

/** The way from the wallet to the balance. */
export function depositStages({ state, confirmations, needed }: Deposit): Stage[] {
  const note = `${Math.min(confirmations, needed)} of ${counted(needed, "confirmation")}`;
  const [sent, included, credited] = ["Sent", "In a block", "Credited"];
  const done = "done" as const;
  switch (state) {
    case "sent":
      return [stage(sent, done), stage(included, "now"), stage(credited, "ahead")];
    case "included":
      return [stage(sent, done), { name: included, state: "now", note }, stage(credited, "ahead")];
    case "credited":
      return [stage(sent, done), stage(included, done), stage(credited, done)];
    case "failed":
      return [stage(sent, done), stage("Refused", "failed"), stage(credited, "ahead")];
    case "lost":
      return [stage(sent, done), stage("Not found", "failed"), stage(credited, "ahead")];
    default:
      return assertNever(state);
  }
}

function stage(name = "", state: Stage["state"]): Stage {
  return { name, state };
}

export function depositSentence({ state }: Pick<Deposit, "state">): string {
  switch (state) {
    case "sent":
      return "On its way to a block.";
    case "included":
      return "In a block. It is credited once enough blocks follow.";
    case "credited":
      return "Paid, and in your balance.";
    case "failed":
      return "The chain refused it: no USDC left your wallet.";
    case "lost":
      return "The chain hasn’t heard of it for an hour. If your wallet shows it as sent, it is credited when it arrives.";
    default:
      return assertNever(state);
  }
}

export function payoutName(state: PayoutState): string {
  switch (state) {
    case "requested":
      return "Waiting for approval";
    case "approved":
      return "Approved";
    case "signed":
      return "Signed";
    case "broadcast":
      return "Sent to the chain";
    case "included":
      return "Being confirmed";
    case "final":
      return "Paid";
    case "failed":
      return "Given back";
    default:
      return assertNever(state);
  }
}

export function payoutSentence(state: PayoutState): string {
  switch (state) {
    case "requested":
      return "A person looks at it before it is paid.";
    case "approved":
      return "It will be signed by the treasury next.";
    case "signed":
      return "It goes to the chain next.";
    case "broadcast":
      return "It waits for its block.";
    case "included":
      return "It is in a block, and final once enough blocks follow.";
    case "final":
      return "The USDC is in the wallet.";
    case "failed":
      return "The amount is back in your earnings.";
    default:
      return assertNever(state);
  }
}

export function isPayoutOpen(state: PayoutState): boolean {
  return state !== "final" && state !== "failed";
}

/** What escrow waits for, in plain words: staff, to whom a rule proposes somebody. */
export function escrowSentence({ trust }: Pick<Account, "trust">): string {
  if (trust.trusted) {
    return "Staff release your escrow, within limits a day and for each payer.";
  }
  if (trust.proposed)
    return "What free credits paid you waits until staff release it. You are proposed to them.";
  const jobs = Math.max(0, trust.paidJobsNeeded - trust.paidJobs);
  const days = Math.max(0, trust.daysNeeded - trust.days);
  const missing = [
    jobs > 0
      ? `${counted(jobs, "more answer")} that ${jobs === 1 ? "was" : "were"} paid with bought credits`
      : null,
    days > 0 ? counted(days, "more day") : null,
  ].filter((part) => part !== null);
  if (missing.length === 0) return "What free credits paid you waits until staff release it.";
  return `What free credits paid you waits until staff release it. You are proposed to them after ${missing.join(", and ")}.`;
}
