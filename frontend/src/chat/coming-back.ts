/** Notices that somebody comes back to the page: another tab had been in front, or the machine was asleep. */
export interface ReturnPlatform {
  now: () => number;
  visible: () => boolean;
  /** Calls back when the page is shown or hidden, and when it is taken out of the browser's memory. */
  onVisibility: (changed: () => void) => void;
  every: (ms: number, callback: () => void) => void;
}

const TICK_MS = 5_000;
/** A page in front is called every few seconds; one that wasn't for so long was asleep. */
const ASLEEP_MS = 20_000;

export function onReturn(returned: () => void, platform: ReturnPlatform): void {
  let tickedAtMs = platform.now();
  let wasVisible = platform.visible();
  const look = () => {
    const slept = platform.now() - tickedAtMs > ASLEEP_MS;
    const visible = platform.visible();
    const shown = visible && !wasVisible;
    tickedAtMs = platform.now();
    wasVisible = visible;
    // Pages out of sight are called seldom, which says nothing of sleep.
    if (shown || (visible && slept)) returned();
  };
  platform.onVisibility(look);
  platform.every(TICK_MS, look);
}

export const browserReturns: ReturnPlatform = {
  now: Date.now,
  visible: () => document.visibilityState === "visible",
  onVisibility(changed) {
    document.addEventListener("visibilitychange", changed);
    window.addEventListener("pageshow", changed);
  },
  every(ms, callback) {
    setInterval(callback, ms);
  },
};
