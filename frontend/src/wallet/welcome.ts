/** What is said before somebody signs in: only what the server says it would do. */
import type { Api } from "../api/api";
import { counted } from "../ui/words";

export type Welcome = Awaited<ReturnType<Api["welcome"]>>;

/** What a wallet that is new here gets. */
export function creditsSentence({ credits, answers }: Welcome): string {
  if (credits === 0)
    return "There are no free credits for new wallets at the moment. Credits can be bought, or earned with a worker.";
  return `A wallet that is new here gets ${counted(credits, "free credit")}, enough for about ${counted(answers, "answer")}.`;
}

/** What there is without a wallet, and when again. `timeOf` says a time as the person's clock does. */
export function guestSentence(
  { guestMessages, guestMessagesAt }: Welcome,
  timeOf: (at: Date) => string = localTime,
): string | null {
  if (guestMessages === 0) return null;
  const messages = counted(guestMessages, "free message");
  return `Without signing in you have ${messages} a day; new ones come at ${timeOf(new Date(guestMessagesAt))}.`;
}

/** What was written in this browser without signing in is the person's then, whoever wrote it. */
export function alongSentence({ conversations }: Welcome): string | null {
  if (conversations === 0) return null;
  const what = conversations === 1 ? "The conversation" : `The ${conversations} conversations`;
  return `${what} that you began here as a guest will be kept in your account. If others use this browser, delete first what isn’t yours.`;
}

function localTime(at: Date): string {
  return at.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
}
