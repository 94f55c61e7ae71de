import { counted } from "../../ui/words";

const COUNTED_FROM = 0.9;

/** How long a message is as the server counts it: in characters of Unicode, without the space around it. */
export function lengthOf(text: string): number {
  let chars = 0;
  for (const _ of text.trim()) chars += 1;
  return chars;
}

/** What is said below the box of how much of what may be sent is written; null as long as that doesn't matter. */
export function lengthWords(chars: number, maxChars: number): { over: boolean; words: string } | null {
  if (chars < COUNTED_FROM * maxChars) return null;
  const most = maxChars.toLocaleString("en");
  const over = chars - maxChars;
  return over > 0
    ? { over: true, words: `Too long by ${counted(over, "character")}: at most ${most} can be sent.` }
    : { over: false, words: `${chars.toLocaleString("en")} of ${most} characters` };
}
