import { describe, expect, it } from "vitest";
import type { ChatMessage } from "./engine";
import { answerTokens, fitPrompt, type Prompt } from "./prompt";

const count = ({ messages, prefix }: Prompt) =>
  messages.reduce((sum, { content }) => sum + content.length + 1, 0) + prefix.length;

const user = (content: string): ChatMessage => ({ role: "user", content });
const assistant = (content: string): ChatMessage => ({ role: "assistant", content });
const contents = ({ messages }: Prompt) => messages.map(({ content }) => content);

const talk = [user("one"), assistant("two"), user("three"), assistant("four"), user("five")];

describe("fitting a prompt", () => {
  it("leaves one that fits as it is", () => {
    const prompt = { messages: talk, prefix: "so " };
    expect(fitPrompt(prompt, count(prompt), count)).toBe(prompt);
  });

  it.each([
    [26, ["one", "two", "three", "four", "five"]],
    [23, ["three", "four", "five"]],
    [16, ["three", "four", "five"]],
    [15, ["five"]],
    [5, ["five"]],
  ])("of %i tokens keeps %j, so that roles alternate", (maxTokens, kept) => {
    expect(contents(fitPrompt({ messages: talk, prefix: "" }, maxTokens, count))).toEqual(kept);
  });

  it("keeps the system's message", () => {
    const messages: ChatMessage[] = [{ role: "system", content: "be kind" }, ...talk];
    expect(contents(fitPrompt({ messages, prefix: "" }, 14, count))).toEqual(["be kind", "five"]);
  });

  it("cuts the beginning of a question that is too long by itself", () => {
    const messages = [...talk.slice(0, 4), user("a long question?")];
    expect(contents(fitPrompt({ messages, prefix: "" }, 10, count))).toEqual(["question?"]);
  });

  it("never leaves half a character", () => {
    const fitted = fitPrompt({ messages: [user("😀😀😀")], prefix: "" }, 4, count);
    expect(contents(fitted)).toEqual(["😀"]);
  });

  it("cuts what was answered already only when nothing of the question is left to cut", () => {
    const fitted = fitPrompt({ messages: [user("why?")], prefix: "because of the rain" }, 6, count);
    expect(fitted).toEqual({ messages: [user("")], prefix: " rain" });
  });
});

describe("room for the answer", () => {
  it.each([
    [512, 4096, 512],
    [4096, 4096, 2048],
    [10, 1, 1],
  ])("%i tokens of a context of %i are %i", (maxNewTokens, contextTokens, expected) => {
    expect(answerTokens(maxNewTokens, contextTokens)).toBe(expected);
  });
});
