/** Reads one answer as the server streams it: each piece once, in order, across broken connections. */

import type { Finish } from "../../../api/types";
import { type StreamEvent, streamEvent } from "../../../api/types";
import { backoffMs } from "../../../lib/backoff";
import { assertNever } from "../../../lib/never";

const RETRY = { firstMs: 1_000, maxMs: 15_000 };
const MAX_RETRIES = 10;
/**
 * A connection can be dead without the browser knowing, as after a sleep or in another network. The server says
 * something every 15 seconds, but what it says when there is nothing to say, an EventSource keeps to itself: so a
 * connection that was silent for so long is made anew. It goes on where it was.
 */
const SILENCE_MS = 45_000;
/** The server begins its answer at once, even where the words are long in coming. Where the way to it is slow, longer. */
const OPENING = { firstMs: 8_000, maxMs: SILENCE_MS };
/** The same, where somebody just came back. */
const SILENCE_ON_RETURN_MS = 3_000;

export interface StreamHandlers {
  /** Text that arrived since the last frame. */
  text(text: string): void;
  /** What the model thinks before it answers; no part of the answer, and not told again. */
  thought(text: string): void;
  /** Forget the text: the answer comes from its beginning. */
  restarted(): void;
  done(finish: Finish): void;
  failed(message: string): void;
  connection(state: "steady" | "reconnecting" | "lost"): void;
  /** The server refused the stream. Find out whether the answer is still being written. */
  refused(): Promise<"pending" | "settled">;
}

export interface Connection {
  close(): void;
}

export interface Reading extends Connection {
  /** Goes on where it was, over a new connection. */
  renew(): void;
  /** Somebody is here again: the same, if it has stopped or may have. */
  wake(): void;
}

export interface ConnectionEvents {
  opened(): void;
  message(id: string, data: string): void;
  /** `fatal`: the browser won't try again by itself. */
  broken(fatal: boolean): void;
}

/** What the reader needs of the browser; tests bring their own. */
export interface StreamPlatform {
  connect(url: string, events: ConnectionEvents): Connection;
  /** Calls back before the next paint; returns a way to call it off. */
  onFrame(callback: () => void): () => void;
  after(ms: number, callback: () => void): () => void;
  /** The time of day, in milliseconds: it goes on while the machine sleeps. */
  now(): number;
}

/** Opens the stream of a job from its beginning. Closing it leaves the job running. */
export function readStream(jobId: string, handlers: StreamHandlers, platform: StreamPlatform): Reading {
  const reader = new StreamReader(jobId, handlers, platform);
  reader.connect();
  return reader;
}

class StreamReader implements Reading {
  readonly #seen = new Set<string>();
  #lastId = "";
  #buffer = "";
  #retries = 0;
  /** Connections in a row that weren't heard of. */
  #openings = 0;
  #closed = false;
  #heardAtMs = 0;
  #connection: Connection | null = null;
  #cancelFrame: (() => void) | null = null;
  /** Either waits for the next try, or for a connection to have been silent for long. */
  #cancelTimer: (() => void) | null = null;

  constructor(
    readonly jobId: string,
    readonly handlers: StreamHandlers,
    readonly platform: StreamPlatform,
  ) {}

  connect(): void {
    const query = new URLSearchParams({ jobId: this.jobId, reasoning: "1" });
    if (this.#lastId !== "") query.set("lastEventId", this.#lastId);
    this.#connection?.close();
    this.#heardAtMs = this.platform.now();
    this.#wait(backoffMs(this.#openings, OPENING));
    this.#openings += 1;
    this.#connection = this.platform.connect(`/api/chat/stream?${query}`, {
      opened: () => {
        this.#heard();
        this.handlers.connection("steady");
      },
      message: (id, data) => this.#receive(id, data),
      broken: (fatal) => this.#broken(fatal),
    });
  }

  close(): void {
    this.#closed = true;
    this.#connection?.close();
    this.#cancelFrame?.();
    this.#cancelTimer?.();
  }

  renew(): void {
    if (this.#closed) return;
    this.#retries = 0;
    this.#openings = 0;
    this.connect();
  }

  wake(): void {
    if (this.platform.now() - this.#heardAtMs >= SILENCE_ON_RETURN_MS) this.renew();
  }

  #heard(): void {
    if (this.#closed) return;
    this.#heardAtMs = this.platform.now();
    this.#openings = 0;
    this.#wait(SILENCE_MS);
  }

  #wait(ms: number): void {
    this.#cancelTimer?.();
    this.#cancelTimer = this.platform.after(ms, () => this.connect());
  }

  #receive(id: string, data: string): void {
    this.#heard();
    if (this.#closed) return;
    const event = parseEvent(data);
    if (event === null) return;
    if (event.type === "reset") this.#seen.clear(); // The same ids may come again, of another text.
    // What is thought is told once, and has the id of the text before it: many may have the same.
    if (event.type !== "reasoning" && id !== "") {
      if (this.#seen.has(id)) return;
      this.#seen.add(id);
    }
    if (id !== "") this.#lastId = id;
    this.#retries = 0;
    this.#handle(event);
  }

  #handle(event: StreamEvent): void {
    switch (event.type) {
      case "token":
        this.#buffer += event.value;
        this.#cancelFrame ??= this.platform.onFrame(() => this.#flush());
        return;
      case "reset":
        this.#buffer = "";
        this.handlers.restarted();
        return;
      case "reasoning":
        this.handlers.thought(event.value);
        return;
      case "done":
        this.#flush();
        this.close();
        this.handlers.done(event.finish);
        return;
      case "error":
        this.#flush();
        this.close();
        this.handlers.failed(event.message);
        return;
      default:
        assertNever(event);
    }
  }

  #flush(): void {
    this.#cancelFrame?.();
    this.#cancelFrame = null;
    const text = this.#buffer;
    this.#buffer = "";
    if (text !== "") this.handlers.text(text);
  }

  #broken(fatal: boolean): void {
    if (this.#closed) return;
    this.handlers.connection("reconnecting");
    this.#heardAtMs = Number.NEGATIVE_INFINITY;
    // Otherwise the browser reconnects by itself, with Last-Event-ID.
    if (fatal) void this.#recover();
  }

  /** EventSource hides why it was refused, so ask how the answer stands before trying again. */
  async #recover(): Promise<void> {
    const broken = this.#connection;
    broken?.close();
    this.#cancelTimer?.();
    const standing = await this.handlers.refused();
    if (this.#closed) return;
    if (standing === "settled") {
      this.close(); // Also what was opened meanwhile: it would tell once more what is shown by now.
    } else if (this.#connection !== broken) {
      return;
    } else if (this.#retries >= MAX_RETRIES) {
      this.handlers.connection("lost");
    } else {
      this.#wait(backoffMs(this.#retries, RETRY));
      this.#retries += 1;
    }
  }
}

function parseEvent(data: string): StreamEvent | null {
  try {
    return streamEvent(JSON.parse(data), "event");
  } catch {
    return null; // A kind of event this page is too old to know.
  }
}

export const browserStreams: StreamPlatform = {
  connect(url, events) {
    const source = new EventSource(url);
    source.onopen = () => events.opened();
    source.onmessage = (event: MessageEvent<string>) => events.message(event.lastEventId, event.data);
    source.onerror = () => events.broken(source.readyState === EventSource.CLOSED);
    return source;
  },
  onFrame(callback) {
    // A hidden page gets no frames; its text waits in the buffer until it is seen or the answer ends.
    const frame = requestAnimationFrame(callback);
    return () => cancelAnimationFrame(frame);
  },
  after(ms, callback) {
    const timer = setTimeout(callback, ms);
    return () => clearTimeout(timer);
  },
  now: Date.now,
};
