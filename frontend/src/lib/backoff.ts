/** How long to wait before try number `attempt` (from 0): doubling from `firstMs`, never above `maxMs`. */
export function backoffMs(attempt: number, { firstMs, maxMs }: { firstMs: number; maxMs: number }): number {
  return Math.min(maxMs, firstMs * 2 ** attempt);
}

/** Spreads many browsers that lost the same server, so that they don't all come back in one moment. */
export function jittered(ms: number, random: () => number = Math.random): number {
  return Math.round(ms * (0.7 + 0.6 * random()));
}

export function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
