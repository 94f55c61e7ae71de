import { describe, expect, it } from "vitest";
import { type Kind, ThinkFilter } from "./thinking";

function told(pieces: readonly string[]): Record<Kind, string> {
  const filter = new ThinkFilter();
  const all = [...pieces.flatMap((piece) => filter.feed(piece)), ...filter.end()];
  expect(all.every(({ text }) => text !== "")).toBe(true);
  const of = (wanted: Kind) => all.flatMap(({ kind, text }) => (kind === wanted ? [text] : [])).join("");
  return { text: of("text"), reasoning: of("reasoning") };
}

const SAID: readonly [string, Record<Kind, string>][] = [
  ["<think>Hm.</think>\n\nYes.", { reasoning: "Hm.", text: "Yes." }],
  ["\n<thinking>a < b</thinking> Yes.", { reasoning: "a < b", text: " Yes." }],
  ["[THINK]Hm.[/THINK]Yes.", { reasoning: "Hm.", text: "Yes." }],
  ["<think></think>Yes.", { reasoning: "", text: "Yes." }],
  ["<think>one</think><think>two</think>Yes.", { reasoning: "onetwo", text: "Yes." }],
  ["<think>It never ends </thi", { reasoning: "It never ends </thi", text: "" }],
  ["Write <think> first, </think> last.", { reasoning: "", text: "Write <think> first, </think> last." }],
  [" and so on", { reasoning: "", text: " and so on" }],
  ["<b>old</b>", { reasoning: "", text: "<b>old</b>" }],
  ["<thi", { reasoning: "", text: "<thi" }],
  [
    "<|channel|>analysis<|message|>Hm.<|end|><|start|>assistant<|channel|>final<|message|>Yes.<|return|>",
    { reasoning: "Hm.", text: "Yes." },
  ],
  ["<|channel|>final<|message|>Yes.", { reasoning: "", text: "Yes." }],
  [`<|start|>${"x".repeat(500)}`, { reasoning: "", text: `<|start|>${"x".repeat(500)}` }],
];

describe("what a model only thinks", () => {
  it.each(SAID)("is told apart, however it is cut: %j", (said, expected) => {
    expect(told([said])).toEqual(expected);
    expect(told([...said])).toEqual(expected);
    for (let at = 1; at < said.length; at += 1) {
      expect(told([said.slice(0, at), said.slice(at)])).toEqual(expected);
    }
  });

  it("goes out at once, but for what may be the end of it", () => {
    const filter = new ThinkFilter();
    expect(filter.feed("<think>Hm")).toEqual([{ kind: "reasoning", text: "Hm" }]);
    expect(filter.feed(". </th")).toEqual([{ kind: "reasoning", text: ". " }]);
    expect(filter.feed("e")).toEqual([{ kind: "reasoning", text: "</the" }]);
  });

  it("holds nothing back of an answer that has begun", () => {
    const filter = new ThinkFilter();
    expect(filter.feed("<b")).toEqual([{ kind: "text", text: "<b" }]);
    expect(filter.feed("old> <think>")).toEqual([{ kind: "text", text: "old> <think>" }]);
  });
});
