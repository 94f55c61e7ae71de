import type { StreamPlatform } from "./stream";

type Events = Parameters<StreamPlatform["connect"]>[1];

interface FakeConnection extends Events {
  url: string;
  closed: boolean;
}

/** The browser's side of streaming for tests: connections, frames and timers that the test drives. */
export class FakeStreams implements StreamPlatform {
  /** The time of day. */
  nowMs = 0;
  readonly connections: FakeConnection[] = [];
  readonly #frames = new Set<() => void>();
  readonly #timers = new Set<{ ms: number; callback: () => void }>();

  connect(url: string, events: Events) {
    const connection: FakeConnection = { ...events, url, closed: false };
    this.connections.push(connection);
    return {
      close: () => {
        connection.closed = true;
      },
    };
  }

  onFrame(callback: () => void) {
    this.#frames.add(callback);
    return () => this.#frames.delete(callback);
  }

  after(ms: number, callback: () => void) {
    const timer = { ms, callback };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  now(): number {
    return this.nowMs;
  }

  get last(): FakeConnection {
    const last = this.connections.at(-1);
    if (last === undefined) throw new Error("No stream was opened.");
    return last;
  }

  send(id: string, event: object): void {
    this.last.message(id, JSON.stringify(event));
  }

  token(id: string, value: string): void {
    this.send(id, { type: "token", value });
  }

  frame(): void {
    const due = [...this.#frames];
    this.#frames.clear();
    for (const callback of due) callback();
  }

  /** Lets every waiting timer pass, and says how long they waited. */
  elapse(): number[] {
    const due = [...this.#timers];
    this.#timers.clear();
    for (const { callback } of due) callback();
    return due.map(({ ms }) => ms);
  }
}
