/** What the page and the worker that keeps its timers say to each other. */
export type ToTicker = { type: "sleep"; id: number; ms: number } | { type: "cancel"; id: number };
export type FromTicker = { type: "awake"; id: number };
