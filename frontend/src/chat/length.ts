/** How long a message is as the server counts it: in characters of Unicode, without the space around it. */
export function lengthOf(text: string): number {
  let chars = 0;
  for (const _ of text.trim()) chars += 1;
  return chars;
}
