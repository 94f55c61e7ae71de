/** Says in plain sentences what went wrong and what the person can do about it. */
import { ApiError } from "../api/request";
import type { Tier } from "../api/types";
import { whenToRetry } from "../lib/wait";
import { counted } from "../ui/words";

export interface Problem {
  text: string;
  /** What helps. Who can't pay is offered the ways to credits beside a cheaper tier. */
  action: "sign-in" | "use-cheaper-tier" | "top-up" | null;
}

export interface Circumstances {
  signedIn: boolean;
  credits: number | null;
  tier: Tier;
  tiers: readonly Tier[];
}

const signedOut: Problem = { text: "You were signed out. Sign in again to go on.", action: "sign-in" };
export const freeOnesUsedUp: Problem = {
  text: "Your free messages are used up. Sign in to go on: a new wallet usually comes with free credits.",
  action: "sign-in",
};

export function problemOf(error: unknown, about: Circumstances): Problem {
  if (!(error instanceof ApiError))
    return plain("Something went wrong on this page. Reload it and try again.");
  switch (error.status) {
    case 401:
      return about.signedIn ? signedOut : freeOnesUsedUp;
    case 402:
      return about.signedIn ? tooFewCredits(about) : freeOnesUsedUp;
    case 413:
      return plain("That message is too long. Shorten it and send it again.");
    case 429:
      if (error.code === "guest_limit") return freeOnesUsedUp;
      return plain(
        `That was too much at once. ${whenToRetry(error.retryAfterS, "Wait a moment, then send it again.")}`,
        about.signedIn ? null : "sign-in",
      );
    default:
      return plain(error.message);
  }
}

export function tooFewCredits({ credits, tier, tiers }: Circumstances): Problem {
  const balance =
    credits === null ? "You don’t have enough credits" : `You have ${counted(credits, "credit")}`;
  const need = `${balance}; an answer from ${tier.name} costs ${tier.credits}.`;
  const cheaper = cheapest(tiers);
  const affordable = cheaper.credits < tier.credits && credits !== null && credits >= cheaper.credits;
  if (!affordable) return { text: need, action: "top-up" };
  return { text: `${need} ${cheaper.name} costs ${cheaper.credits}.`, action: "use-cheaper-tier" };
}

export function cheapest(tiers: readonly Tier[]): Tier {
  return tiers.reduce((best, tier) => (tier.credits < best.credits ? tier : best));
}

function plain(text: string, action: Problem["action"] = null): Problem {
  return { text, action };
}
