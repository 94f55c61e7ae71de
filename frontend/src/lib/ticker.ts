/** A clock whose sleep is on time in a hidden tab too, because its timers run in a worker of their own. */
import { type Clock, pageClock } from "./clock";
import type { FromTicker, ToTicker } from "./ticker-protocol";

/** What we need of a `Worker`. */
export interface TickerPort {
  postMessage(message: ToTicker): void;
  onmessage: ((event: MessageEvent<FromTicker>) => void) | null;
  onerror: ((event: ErrorEvent) => void) | null;
  terminate(): void;
}

export class Ticker implements Clock {
  readonly #port: TickerPort;
  readonly #fallback: Clock;
  readonly #sleepers = new Map<number, () => void>();
  #lastId = 0;
  #dead = false;

  constructor(port: TickerPort, fallback: Clock = pageClock) {
    this.#port = port;
    this.#fallback = fallback;
    port.onmessage = ({ data }) => this.#sleepers.get(data.id)?.();
    // Slow timers are better than none: who sleeps wakes up now, and sleeps by the page's timers from here on.
    port.onerror = () => this.#end();
  }

  now(): number {
    return this.#fallback.now();
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (this.#dead) return this.#fallback.sleep(ms, signal);
    if (signal?.aborted) return Promise.resolve();
    this.#lastId += 1;
    const id = this.#lastId;
    return new Promise((resolve) => {
      const cancel = () => {
        this.#port.postMessage({ type: "cancel", id });
        wake();
      };
      const wake = () => {
        this.#sleepers.delete(id);
        signal?.removeEventListener("abort", cancel);
        resolve();
      };
      this.#sleepers.set(id, wake);
      signal?.addEventListener("abort", cancel);
      this.#port.postMessage({ type: "sleep", id, ms });
    });
  }

  close(): void {
    this.#port.terminate();
    this.#end();
  }

  #end(): void {
    this.#dead = true;
    for (const wake of [...this.#sleepers.values()]) wake();
  }
}

export function startTicker(): Ticker {
  return new Ticker(new Worker(new URL("./ticker.worker.ts", import.meta.url), { type: "module" }));
}
