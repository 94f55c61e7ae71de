import { expect, it } from "vitest";
import { lengthWords } from "./length";

it.each([
  [0, null],
  [7_199, null],
  [7_200, { over: false, words: "7,200 of 8,000 characters" }],
  [8_000, { over: false, words: "8,000 of 8,000 characters" }],
  [8_001, { over: true, words: "Too long by 1 character: at most 8,000 can be sent." }],
  [50_000, { over: true, words: "Too long by 42,000 characters: at most 8,000 can be sent." }],
])("says of %d characters, where 8,000 can be sent, %j", (chars, said) => {
  expect(lengthWords(chars, 8_000)).toEqual(said);
});
