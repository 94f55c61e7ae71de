/** Whether the text is in the clipboard now. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyBySelection(text); // A development server on a LAN has no clipboard to write to.
  }
}

function copyBySelection(text: string): boolean {
  const before = document.activeElement;
  const box = document.createElement("textarea");
  box.value = text;
  box.className = "visually-hidden";
  // Behind a dialog nothing can be selected, and what is selected elsewhere would be copied.
  (before?.closest("dialog") ?? document.body).append(box);
  box.select();
  const done = document.activeElement === box && document.execCommand("copy");
  box.remove();
  if (before instanceof HTMLElement) before.focus();
  return done;
}
