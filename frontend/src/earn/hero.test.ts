import { expect, it } from "vitest";
import { headline, onlineWords } from "./hero";

it("promises nothing of a tab that can't run a model", () => {
  expect(headline(true)).toContain("this tab earns");
  expect(headline(false)).not.toContain("tab");
});

it.each([
  [null, 0, "Looking for machines…"],
  [0, 0, "No machine is online right now. Yours would be the first."],
  [1, 0, "1 machine online. Yours is not among them yet."],
  [1, 1, "1 machine online. One of them is yours."],
  [1_234, 12, "1,234 machines online. 12 of them are yours."],
])("of %s machines online, %s of them one's own: %s", (online, mine, words) => {
  expect(onlineWords(online, mine)).toBe(words);
});
