/**
 * Whether a key belongs to an input method, which uses Enter to take a word and Escape to drop it. Safari ends the
 * composition before it tells of the key that ended it: that one has a code of its own.
 */
export function isComposing({
  isComposing,
  keyCode,
}: Pick<KeyboardEvent, "isComposing" | "keyCode">): boolean {
  return isComposing || keyCode === INPUT_METHOD;
}

const INPUT_METHOD = 229;
