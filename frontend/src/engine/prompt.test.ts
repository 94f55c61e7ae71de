import { describe, expect, it } from "vitest";
import type { ChatMessage } from "./engine";
import { begun, fitPrompt, type Prompt, promptTokens } from "./prompt";

const count = ({ messages, prefix }: Prompt) =>
  messages.reduce((sum, { content }) => sum + content.length + 1, 0) + prefix.length;

const user = (content: string): ChatMessage => ({ role: "user", content });
const assistant = (content: string): ChatMessage => ({ role: "assistant", content });
const contents = (prompt: Prompt | null) => prompt?.messages.map(({ content }) => content);

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

  it("never cuts a question: one that is too long by itself is refused", () => {
    const messages = [...talk.slice(0, 4), user("a long question?")];
    expect(fitPrompt({ messages, prefix: "" }, 10, count)).toBeNull();
    expect(fitPrompt({ messages, prefix: "as far as we got" }, 10, count)).toBeNull();
  });

  it("refuses a long text, whose beginning says what to do with it", () => {
    const asks = "Summarise the following text in three lines, in German. ";
    const question = user(asks + "It is a long story. ".repeat(400).slice(0, 7_844));
    const tokens = ({ messages, prefix }: Prompt) =>
      Math.ceil(messages.reduce((sum, { content }) => sum + content.length, prefix.length) / 4);
    expect(fitPrompt({ messages: [question], prefix: "" }, promptTokens(512, 1_024), tokens)).toBeNull();
    const read = fitPrompt({ messages: [...talk.slice(0, 4), question], prefix: "" }, 2_000, tokens);
    expect(contents(read)?.at(-1)?.startsWith(asks)).toBe(true);
  });

  it("never leaves half a character", () => {
    const fitted = fitPrompt({ messages: [user("a")], prefix: "😀😀😀" }, 5, count);
    expect(fitted).toEqual({ messages: [user("a")], prefix: "😀" });
  });

  it("cuts the beginning of what was answered already where nothing else may go", () => {
    const fitted = fitPrompt({ messages: [user("why?")], prefix: "because of the rain" }, 10, count);
    expect(fitted).toEqual({ messages: [user("why?")], prefix: " rain" });
  });
});

describe("what follows the template's text", () => {
  it.each([
    ["<|assistant|>\n", "", { text: "<|assistant|>\n", opened: "" }],
    ["<|assistant|>\n", "Well", { text: "<|assistant|>\nWell", opened: "" }],
    ["<|assistant|>\n<think>\n", "", { text: "<|assistant|>\n<think>\n", opened: "<think>" }],
    ["<|assistant|><think>\n", "Well", { text: "<|assistant|><think>\n</think>\n\nWell", opened: "" }],
  ])("%j and %j: a thought that it opened is known, or closed", (rendered, prefix, expected) => {
    expect(begun(rendered, prefix)).toEqual(expected);
  });
});

describe("room for the question", () => {
  it.each([
    [512, 4096, 3584],
    [4096, 4096, 3584],
    [512, 1024, 512],
    [512, 512, 256],
    [10, 1, 0],
  ])("beside an answer of %i tokens in a context of %i is %i", (maxNewTokens, contextTokens, expected) => {
    expect(promptTokens(maxNewTokens, contextTokens)).toBe(expected);
  });
});
