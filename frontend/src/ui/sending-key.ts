/** Which key sends what is written in a box. */
import { isComposing } from "./composing";

/** A screen that is touched: its keyboard has no Shift to hold, so Return makes a new line and a button sends. */
export function isTouched(): boolean {
  return matchMedia("(pointer: coarse)").matches;
}

/** Enter sends, and Shift+Enter makes a line; on a touched screen Enter makes a line. Ctrl or ⌘ with Enter always sends. */
export function sends(event: KeyboardEvent): boolean {
  // An input method uses Enter to choose a word.
  if (event.key !== "Enter" || isComposing(event)) return false;
  return event.ctrlKey || event.metaKey || (!event.shiftKey && !isTouched());
}
