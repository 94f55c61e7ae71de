/** What a newcomer may begin with: small things, which a small model does well. */
export const EXAMPLES = [
  "Explain the tides to a child",
  "A dinner from eggs and rice",
  "A thank-you note to a neighbour",
] as const;

/** Whether the box holds nothing that somebody has thought of: an example may replace it. */
export function isExample(draft: string): boolean {
  return draft.trim() === "" || EXAMPLES.some((text) => text === draft);
}
