import { describe, expect, it } from "vitest";
import { fromNearHit, markWords } from "./marks";

function marked(text: string, words: string): string {
  const pieces = markWords(text, words);
  expect(pieces.map((piece) => piece.text).join("")).toBe(text);
  return pieces.map((piece) => (piece.hit ? `[${piece.text}]` : piece.text)).join("");
}

describe("what was found", () => {
  it.each([
    ["Owls turn their heads", "owl", "[Owl]s turn their heads"],
    ["Owls turn their heads", "heads owls", "[Owls] turn their [heads]"],
    ["turn  their heads, turn", "turn their", "[turn  their] heads, [turn]"],
    ["a sandstone and sand", "sand sandstone", "a [sandstone] and [sand]"],
    ["ΣΊΣΥΦΟΣ und Straße", "σίσυφος STRASSE", "[ΣΊΣΥΦΟΣ] und Straße"],
    ["İstanbul, istanbul", "istanbul", "İstanbul, [istanbul]"],
    ["1+1 (or .*) <b>", "1+1 .* <b>", "[1+1] (or [.*]) [<b>]"],
    ["👩‍🚀 and \\d", "👩‍🚀 \\d", "[👩‍🚀] and [\\d]"],
    ["nothing here", "owl", "nothing here"],
    ["nothing here", "  ", "nothing here"],
    ["", "owl", ""],
  ])("is marked in “%s” for “%s”", (text, words, expected) => {
    expect(marked(text, words)).toBe(expected);
  });
});

describe("a snippet", () => {
  it.each([
    ["an owl turns its head", "owl", "an owl turns its head"],
    ["…of all the animals that turn their heads, the owl", "owl", "…that turn their heads, the owl"],
    [
      "…of all the animals that turn their heads, none",
      "owl",
      "…of all the animals that turn their heads, none",
    ],
    ["x".repeat(60), "y", "x".repeat(60)],
    [`${"x".repeat(60)}owl`, "owl", `…${"x".repeat(28)}owl`],
    [`${"😀".repeat(30)}!owl`, "owl", `…${"😀".repeat(13)}!owl`],
  ])("“%s” shows what was found: %s", (snippet, words, expected) => {
    expect(fromNearHit(snippet, words)).toBe(expected);
  });
});
