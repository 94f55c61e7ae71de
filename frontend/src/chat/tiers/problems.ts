/** Says in plain sentences what went wrong and what the person can do about it. */
import { ApiError } from "../../api/request";
import type { Tier } from "../../api/types";
import { whenToRetry } from "../../lib/wait";
import { counted } from "../../ui/words";

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
      return plain(WORDS[error.code] ?? wordsOf(error.status));
  }
}

/** What the API says of it is meant for programs. */
const WORDS: Readonly<Record<string, string>> = {
  too_long: "That message is too long. Shorten it and send it again.",
  bad_text: "That message has characters in it that can’t be sent. Take them out and send it again.",
  cookies_blocked:
    "Your browser blocks cookies for this site, and without them ashao can’t tell your messages from others’. Allow them and reload the page.",
  csrf_failed:
    "Your browser didn’t send this site’s cookies along. Allow them for this site, then reload the page.",
  unreachable: "ashao can’t be reached. Check your connection.",
  unreadable_answer: "This page is older than the server. Reload it.",
  conversation_full: "This conversation is full. Start a new one.",
  too_many_versions: "There are as many versions of this as there can be. Ask in a new message.",
  not_finished: "An answer is still being written here. Wait for it, or stop it.",
  no_answer: "There is no answer to rate any more.",
  idempotency_conflict: "This message was sent before. Reload the page to see it.",
  not_found: "This isn’t here any more. Reload the page.",
  session_needed: "Sign in with your wallet to do that.",
  account_disabled: "This account is disabled.",
  unavailable: "ashao has a problem right now. Try again in a moment.",
};

function wordsOf(status: number): string {
  return status === 0 || status >= 500
    ? "ashao has a problem right now. Try again in a moment."
    : "That didn’t work. Reload the page and try again.";
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
