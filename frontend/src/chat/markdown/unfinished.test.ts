import { describe, expect, it } from "vitest";
import { settleEnd } from "./unfinished";

describe("the end of what is being typed", () => {
  it.each([
    ["some **bold wor", "some **bold wor**"],
    ["some **bold** ", "some **bold** "],
    ["some **", "some "],
    ["**bold*", "**bold**"],
    ["an *emphasis and **both", "an *emphasis and **both***"],
    ["2 * 3 * 4", "2 * 3 * 4"],
    ["snake_case_name", "snake_case_name"],
    ["use `a*b", "use `a*b`"],
    ["use `a*b` and **c", "use `a*b` and **c**"],
    ["a `", "a "],
    ["see [the page](https://exam", "see the page"],
    ["see [the pa", "see the pa"],
    ["see [the page](https://example.com) now", "see [the page](https://example.com) now"],
    ["so \\(x^2 + ", "so `x^2 +`"],
    ["https://example.com/_a_/b", "https://example.com/_a_/b"],
  ])("what is open is closed: %j", (tail, settled) => {
    expect(settleEnd(tail, false)).toBe(settled);
  });

  it.each([
    ["para\n-", "para\n"],
    ["para\n1.", "para\n"],
    ["para\n##", "para\n"],
    ["para\n``", "para\n"],
    ["- [ ", ""],
    ["| a | b", ""],
    ["words\n| a | b |\n|--", "words\n"],
    ["| a | b |\n|---|---|\n", "| a | b |\n|---|---|\n"],
    ["| a | b |\n|---|---|\n| 1 ", "| a | b |\n|---|---|\n| 1 "],
  ])("what isn't decided waits: %j", (tail, settled) => {
    expect(settleEnd(tail, false)).toBe(settled);
  });

  it("in code nothing is closed, and a fence's end waits", () => {
    expect(settleEnd("```js\na **b\n``", false)).toBe("```js\na **b\n");
    expect(settleEnd("a **b `c", true)).toBe("a **b `c");
  });
});
