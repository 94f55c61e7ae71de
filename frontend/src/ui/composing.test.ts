import { expect, it } from "vitest";
import { isComposing } from "./composing";

it("knows a key of an input method, also the one that Safari tells of when the composition is over", () => {
  expect(isComposing({ isComposing: true, keyCode: 13 })).toBe(true);
  expect(isComposing({ isComposing: false, keyCode: 229 })).toBe(true);
  expect(isComposing({ isComposing: false, keyCode: 13 })).toBe(false);
});
