/** What a screen reader is told of an answer that is over: its words without the marks, and not too many. */
const SPOKEN_MAX_CHARS = 2_000;

export function spoken(markdown: string): string {
  const begin = markdown.slice(0, 2 * SPOKEN_MAX_CHARS);
  const words = begin
    .replace(/^ {0,3}(?:`{3,}|~{3,}).*$/gm, "")
    .replace(/!?\[([^[\]\n]*)\]\([^()\s]*\)/g, "$1")
    .replace(/^[ \t]*(?:[#>]+|[-*+])\s+/gm, "")
    .replace(/\*\*|__|~~|`/g, "")
    .replace(/\n{3,}/g, "\n\n")
    .trim();
  if (words.length <= SPOKEN_MAX_CHARS && begin.length === markdown.length) return words;
  return `${words.slice(0, SPOKEN_MAX_CHARS)}… The answer goes on.`;
}
