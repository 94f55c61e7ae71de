/** A `ref` for the button of a question: the one that asked is gone, and who uses the keyboard goes on from here. */
export function focusOnAppearing(button: HTMLButtonElement | null): void {
  button?.focus();
}
