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
 * alternating, never the system's message nor the last question. Then the beginning of that question, and only
 * then the beginning of what was answered already.
 */
export function fitPrompt(prompt: Prompt, maxTokens: number, count: CountTokens): Prompt {
  const fits = (candidate: Prompt) => count(candidate) <= maxTokens;
  if (fits(prompt)) return prompt;
  const system = prompt.messages.filter(({ role }) => role === "system");
  const talk = prompt.messages.filter(({ role }) => role !== "system");
  const starts = talk.flatMap(({ role }, index) => (role === "user" && index > 0 ? [index] : []));
  const from = (start: number): Prompt => ({ ...prompt, messages: [...system, ...talk.slice(start)] });
  const turns = starts.length;
  const dropped = smallest(turns, (index) => fits(from(starts[index] ?? 0)));
  const start = starts[dropped];
  if (start !== undefined) return from(start);
  return cutQuestion(from(starts.at(-1) ?? 0), fits);
}

/** How many tokens the answer may have at most, so that at least half of the context is left for the question. */
export function answerTokens(maxNewTokens: number, contextTokens: number): number {
  return Math.max(1, Math.min(maxNewTokens, Math.floor(contextTokens / 2)));
}

function cutQuestion(prompt: Prompt, fits: (candidate: Prompt) => boolean): Prompt {
  const question = prompt.messages.at(-1);
  if (question === undefined) return prompt;
  const asking = (content: string): Prompt => ({
    ...prompt,
    messages: [...prompt.messages.slice(0, -1), { ...question, content }],
  });
  const cut = smallest(question.content.length, (from) => fits(asking(tail(question.content, from))));
  const shorter = asking(tail(question.content, cut));
  if (cut < question.content.length || fits(shorter)) return shorter;
  const prefixCut = smallest(prompt.prefix.length, (from) =>
    fits({ ...shorter, prefix: tail(prompt.prefix, from) }),
  );
  return { ...shorter, prefix: tail(prompt.prefix, prefixCut) };
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
