import { useEffect, useLayoutEffect, useRef, useState } from "react";

/** Of the time, so much is left to everything else: typing, scrolling, the rest of the page. */
const REST_PER_WORK = 3;
const REST_MAX_MS = 1_000;

/**
 * Text that comes as fast as this machine can draw it: after an update that took long, the next one waits. Text
 * that is over is given as it is.
 */
export function usePaced(text: string, live: boolean): string {
  const [shown, show] = useState(text);
  const last = useRef({ endedAt: Number.NEGATIVE_INFINITY, tookMs: 0 });
  const begunAt = performance.now();

  // biome-ignore lint/correctness/useExhaustiveDependencies: only what drew new text is measured.
  useLayoutEffect(() => {
    const endedAt = performance.now();
    last.current = { endedAt, tookMs: endedAt - begunAt };
  }, [shown]);

  useEffect(() => {
    if (!live || shown === text) return;
    const restMs = Math.min(last.current.tookMs * REST_PER_WORK, REST_MAX_MS);
    const left = last.current.endedAt + restMs - performance.now();
    if (left <= 0) {
      show(text);
      return;
    }
    const timer = setTimeout(() => show(text), left);
    return () => clearTimeout(timer);
  }, [text, live, shown]);

  return live ? shown : text;
}
