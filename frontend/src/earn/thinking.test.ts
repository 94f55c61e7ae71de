import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { type Kind, ThinkFilter } from "./thinking";

/** What the native worker's filter is tested with as well: the two tell the same apart. */
const SAID = JSON.parse(
  readFileSync(new URL("../../../tests/native/thoughts.json", import.meta.url), "utf8"),
) as readonly { said: string; answer: string; thoughts: string }[];

function told(pieces: readonly string[]): Record<Kind, string> {
  const filter = new ThinkFilter();
  const all = [...pieces.flatMap((piece) => filter.feed(piece)), ...filter.end()];
  expect(all.every(({ text }) => text !== "")).toBe(true);
  const of = (wanted: Kind) => all.flatMap(({ kind, text }) => (kind === wanted ? [text] : [])).join("");
  return { text: of("text"), reasoning: of("reasoning") };
}

describe("what a model only thinks", () => {
  it.each(SAID)("is told apart, however it is cut: $said", ({ said, answer, thoughts }) => {
    const expected = { text: answer, reasoning: thoughts };
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
