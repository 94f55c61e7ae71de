/** How long a step of the count is: what a page that was frozen, or slept, is late by counts as one of these. */
const STEP_MS = 5_000;

/**
 * Calls back once after `ms` in which the page ran; the returned function cancels it.
 *
 * A timer of that length would go off at once when a frozen page runs again, before what it waits for had a chance.
 */
export function afterRunning(ms: number, callback: () => void): () => void {
  const steps = Math.ceil(ms / STEP_MS);
  let left = steps;
  const timer = setInterval(() => {
    left -= 1;
    if (left > 0) return;
    clearInterval(timer);
    callback();
  }, ms / steps);
  return () => clearInterval(timer);
}
