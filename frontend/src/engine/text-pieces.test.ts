import { describe, expect, it } from "vitest";
import { type Decode, splitPrefix, TextPieces } from "./text-pieces";

/** As byte-level tokenizers do it: a token is one byte. */
const byByte: Decode = (tokens) =>
  new TextDecoder("utf-8", { ignoreBOM: true }).decode(Uint8Array.from(tokens, Number));
const bytes = (text: string) => Array.from(new TextEncoder().encode(text), BigInt);

/** As others do it: tokens are words that bring their space, and the first one's is dropped. */
const WORDS = ["▁the", "▁sky", "▁is", "▁blue", ".", "▁"];
const byWord: Decode = (tokens) =>
  tokens
    .map((token) => WORDS[Number(token)] ?? "")
    .join("")
    .replaceAll("▁", " ")
    .replace(/^ /, "");

function piecesOf(pieces: TextPieces, tokens: readonly bigint[]): string[] {
  return [...tokens.map((token) => pieces.push(token)), pieces.end()];
}

describe("text from tokens", () => {
  it("gives out a character of several tokens whole", () => {
    expect(piecesOf(new TextPieces(byByte), bytes("aé😀b"))).toEqual([
      "a",
      "",
      "é",
      "",
      "",
      "",
      "😀",
      "b",
      "",
    ]);
  });

  it("drops a character that was cut short at the end", () => {
    expect(piecesOf(new TextPieces(byByte), bytes("a😀").slice(0, 3))).toEqual(["a", "", "", ""]);
  });

  it("adds up to the text exactly", () => {
    const text = "In Zürich, of course: try the café by the lake! 🍰 Enjoy.\n\n  An indented line ";
    expect(piecesOf(new TextPieces(byByte), bytes(text)).join("")).toBe(text);
  });

  it("begins an answer without a space, and goes on from a prefix with one", () => {
    expect(piecesOf(new TextPieces(byWord), [0n, 1n, 2n]).join("")).toBe("the sky is");
    const pieces = new TextPieces(byWord, { before: [0n, 1n] });
    expect(piecesOf(pieces, [2n, 3n, 4n])).toEqual([" is", " blue", ".", ""]);
  });

  it("leaves out the space that the prefix has already", () => {
    const { given, withheld } = splitPrefix("the sky ");
    expect(given).toBe("the sky");
    const pieces = new TextPieces(byWord, { before: [0n, 1n], withheld });
    expect(piecesOf(pieces, [2n, 3n])).toEqual(["is", " blue", ""]);
  });

  it("keeps text that doesn't begin with the space", () => {
    const pieces = new TextPieces(byWord, { before: [0n, 1n], withheld: " " });
    expect(piecesOf(pieces, [4n, 0n])).toEqual([".", " the", ""]);
  });

  it("skips tokens without text", () => {
    expect(piecesOf(new TextPieces(byWord, { before: [0n] }), [99n, 1n, 99n])).toEqual(["", " sky", "", ""]);
  });
});
