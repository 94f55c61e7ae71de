/**
 * A browser opens six connections to a server over HTTP/1.1, for all its tabs together: six tabs that each read an answer
 * would leave none to send with, to stop with, or to open another page. So only a few of them hold a stream at a time, and
 * a tab that nobody sees holds none. The others look in: now and then they go on where they were, until nothing more is
 * there, and hang up. Nothing is lost or read twice, since a stream goes on at any place.
 */
import type { Connection, ConnectionEvents, StreamPlatform } from "./stream";

const HELD_MAX = 3;
const LOOK_IN_EVERY_MS = 3_000;
/** What is there comes at once; then nothing does for so long. */
const QUIET_MS = 400;
const LOOK_MAX_MS = 2_500;

/** What this needs of the browser; tests bring their own. */
export interface Slots {
  /** Whether somebody looks at this tab, and a call when that changes; returns a way to hear no more. */
  isSeen(): boolean;
  onSeen(changed: () => void): () => void;
  /** One of the few streams that are held, if one is free; its giving back. Null: none is. */
  take(): Promise<(() => void) | null>;
}

/** The same streams over few connections. */
export function fewConnections(platform: StreamPlatform, slots: Slots = browserSlots): StreamPlatform {
  return { ...platform, connect: (url, events) => new SharedStream(platform, slots, url, events) };
}

class SharedStream implements Connection {
  #closed = false;
  #lastId = "";
  #turn = 0;
  #connection: Connection | null = null;
  #giveBack: (() => void) | null = null;
  #cancelTimer: (() => void) | null = null;
  readonly #hearNoMore: () => void;

  constructor(
    readonly platform: StreamPlatform,
    readonly slots: Slots,
    readonly url: string,
    readonly events: ConnectionEvents,
  ) {
    this.#hearNoMore = slots.onSeen(() => void this.#go());
    void this.#go();
  }

  close(): void {
    this.#closed = true;
    this.#hearNoMore();
    this.#hangUp();
  }

  /** Holds a stream if this tab is seen and one is free; otherwise looks in. */
  async #go(): Promise<void> {
    this.#hangUp();
    this.#turn += 1;
    const turn = this.#turn;
    const giveBack = this.slots.isSeen() ? await this.slots.take() : null;
    if (this.#closed || turn !== this.#turn) {
      giveBack?.();
      return;
    }
    this.#giveBack = giveBack;
    if (giveBack !== null) this.#open(() => {});
    else this.#lookIn();
  }

  #lookIn(): void {
    const end = () => {
      this.#connection?.close();
      this.#connection = null;
      this.#after(LOOK_IN_EVERY_MS, () => void this.#go());
    };
    this.#after(LOOK_MAX_MS, end);
    this.#open(() => this.#after(QUIET_MS, end));
  }

  #open(heard: () => void): void {
    const [path = "", query] = this.url.split("?");
    const asked = new URLSearchParams(query);
    if (this.#lastId !== "") asked.set("lastEventId", this.#lastId);
    this.#connection = this.platform.connect(`${path}?${asked}`, {
      opened: () => {
        this.events.opened();
        heard();
      },
      message: (id, data) => {
        if (id !== "") this.#lastId = id;
        heard(); // first: the last message closes this stream
        this.events.message(id, data);
      },
      broken: (fatal) => {
        if (fatal) this.#cancelTimer?.();
        this.events.broken(fatal);
      },
    });
  }

  #after(ms: number, callback: () => void): void {
    this.#cancelTimer?.();
    this.#cancelTimer = this.platform.after(ms, callback);
  }

  #hangUp(): void {
    this.#cancelTimer?.();
    this.#connection?.close();
    this.#connection = null;
    this.#giveBack?.();
    this.#giveBack = null;
  }
}

/** A lock is given back by the browser itself when its tab is gone. */
function lock(name: string): Promise<(() => void) | null> {
  return new Promise((taken) => {
    void navigator.locks.request(name, { ifAvailable: true }, (mine) => {
      if (mine === null) {
        taken(null);
        return;
      }
      return new Promise<void>((giveBack) => taken(giveBack));
    });
  });
}

const browserSlots: Slots = {
  isSeen: () => document.visibilityState === "visible",
  onSeen(changed) {
    document.addEventListener("visibilitychange", changed);
    return () => document.removeEventListener("visibilitychange", changed);
  },
  async take() {
    if (!("locks" in navigator)) return () => {}; // as where there is no TLS: as it was without this
    for (let slot = 0; slot < HELD_MAX; slot += 1) {
      const giveBack = await lock(`ashao.stream.${slot}`);
      if (giveBack !== null) return giveBack;
    }
    return null;
  },
};
