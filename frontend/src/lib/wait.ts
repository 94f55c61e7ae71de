/** When to come back after "too much at once"; `otherwise` where the server didn't say. */
export function whenToRetry(retryAfterS: number | null, otherwise: string): string {
  if (retryAfterS === null || retryAfterS === 0) return otherwise;
  if (retryAfterS < 90) return `Try again in ${retryAfterS} ${retryAfterS === 1 ? "second" : "seconds"}.`;
  if (retryAfterS < 90 * 60) return `Try again in about ${Math.round(retryAfterS / 60)} minutes.`;
  return `Try again in about ${Math.round(retryAfterS / 3600)} hours.`;
}
