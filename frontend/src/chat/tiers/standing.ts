/** Whether whoever is here can pay for the next message, and what to say of it before it is sent. */
import type { Me, Tier } from "../../api/types";
import { counted } from "../../ui/words";
import { freeOnesUsedUp, type Problem, tooFewCredits } from "./problems";

export type Standing =
  /** Not known yet. */
  | { kind: "unknown" }
  | { kind: "fine"; who: "guest" | "person"; text: string }
  | { kind: "short"; who: "guest" | "person"; problem: Problem };

export function standingOf(me: Me | null, tier: Tier, tiers: readonly Tier[]): Standing {
  if (me === null) return { kind: "unknown" };
  if (me.user === null) return me.guest === null ? { kind: "unknown" } : ofGuest(me.guest.remaining);
  const { credits } = me;
  if (credits === null) return { kind: "unknown" };
  const about = { signedIn: true, credits, tier, tiers };
  if (credits < tier.credits) {
    const problem = tooFewCredits(about);
    const text = [freeCreditsLater(me.freeCredits), problem.text]
      .filter((sentence) => sentence !== null)
      .join(" ");
    return { kind: "short", who: "person", problem: { ...problem, text } };
  }
  const text = `Costs ${tier.credits} of your ${counted(credits, "credit")}.`;
  return { kind: "fine", who: "person", text };
}

/** Why a new wallet has no free credits yet, and when they come; null where that is not so. */
function freeCreditsLater(free: Me["freeCredits"]): string | null {
  if (free?.state !== "waiting") return null;
  switch (free.reason) {
    case "address":
      return "Today’s free credits for your network are given out: sign in again tomorrow to get yours.";
    case "day":
      return "Today’s free credits are all given out: sign in again tomorrow to get yours.";
    default:
      return "There are no free credits at the moment: sign in again later to get yours.";
  }
}

function ofGuest(remaining: number): Standing {
  if (remaining === 0) return { kind: "short", who: "guest", problem: freeOnesUsedUp };
  const text = `${counted(remaining, "free message")} left for Pro or Max. No account needed.`;
  return { kind: "fine", who: "guest", text };
}

/** The balance as a screen reader was last told it. */
export interface Told {
  credits: number | null;
  words: string;
}

/**
 * What a screen reader is told of the balance: nothing while an answer is under way, which holds credits and may give
 * them back, and once for each change otherwise. Who has just come was told by the page itself.
 */
export function tell(told: Told, credits: number | null, busy: boolean): Told {
  if (busy || credits === told.credits) return told;
  const words = credits === null || told.credits === null ? "" : `${counted(credits, "credit")} left.`;
  return { credits, words };
}
