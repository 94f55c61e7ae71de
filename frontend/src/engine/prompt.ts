/** Fits a conversation into the model's context. Pure. */
import type { ChatMessage } from "./engine";

export interface Prompt {
  messages: readonly ChatMessage[];
  prefix: string;
}

/** Tokens of the rendered prompt. */
export type CountTokens = (prompt: Prompt) => number;

/**
 * Leaves out what is oldest until the prompt has at most `maxTokens`: whole turns first, so that roles go on
 * alternating, never the system's message nor any of the last question. Only then the beginning of what was answered
 * already. Null where the question alone is too long: half a question isn't what was asked.
 */
export function fitPrompt(prompt: Prompt, maxTokens: number, count: CountTokens): Prompt | null {
  const fits = (candidate: Prompt) => count(candidate) <= maxTokens;
  if (fits(prompt)) return prompt;
  const system = prompt.messages.filter(({ role }) => role === "system");
  const talk = prompt.messages.filter(({ role }) => role !== "system");
  const starts = talk.flatMap(({ role }, index) => (role === "user" && index > 0 ? [index] : []));
  const from = (start: number): Prompt => ({ ...prompt, messages: [...system, ...talk.slice(start)] });
  const dropped = smallest(starts.length, (index) => fits(from(starts[index] ?? 0)));
  const start = starts[dropped];
  if (start !== undefined) return from(start);
  return cutPrefix(from(starts.at(-1) ?? 0), fits);
}

const THOUGHT = { opener: "<think>", closer: "</think>" };

/**
 * What the model is given: the template's text and then the answer so far. Some templates open a thought themselves,
 * and the model only closes it: then `opened` belongs before what it says. An answer that has begun is thought through.
 */
export function begun(rendered: string, prefix: string): { text: string; opened: string } {
  if (!rendered.trimEnd().endsWith(THOUGHT.opener)) return { text: rendered + prefix, opened: "" };
  if (prefix === "") return { text: rendered, opened: THOUGHT.opener };
  return { text: `${rendered}${THOUGHT.closer}\n\n${prefix}`, opened: "" };
}

/** The least that is kept free for the answer. */
const ANSWER_ROOM_TOKENS = 512;

/** How many tokens a prompt may have at most: at least half of the context. */
export function promptTokens(maxNewTokens: number, contextTokens: number): number {
  return (
    contextTokens - Math.max(1, Math.min(maxNewTokens, ANSWER_ROOM_TOKENS, Math.floor(contextTokens / 2)))
  );
}

function cutPrefix(prompt: Prompt, fits: (candidate: Prompt) => boolean): Prompt | null {
  const keeping = (from: number): Prompt => ({ ...prompt, prefix: tail(prompt.prefix, from) });
  const shorter = keeping(smallest(prompt.prefix.length, (from) => fits(keeping(from))));
  return fits(shorter) ? shorter : null;
}

/** The end of a text, without half a character at its beginning. */
function tail(text: string, from: number): string {
  const code = text.charCodeAt(from);
  return text.slice(code >= 0xdc00 && code <= 0xdfff ? from + 1 : from);
}

/** The smallest number from 0 for which `holds`, or `end` when none below it does. Once it holds, it goes on. */
function smallest(end: number, holds: (candidate: number) => boolean): number {
  let low = 0;
  let high = end;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
