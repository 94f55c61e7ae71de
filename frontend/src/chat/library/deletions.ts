/**
 * Deletions that can be undone for some seconds: a conversation is out of sight at once, and the server is told when
 * the time is over or the page is left; again and again, where it can't be reached. All tabs know of all of them, through the browser's storage, so that they show
 * the same list, any of them can undo, and another finishes what a tab that crashed had begun.
 */

import { isTransient } from "../../api/failures";
import type { Clock } from "../../lib/clock";
import { type Decoded, integer, list, object, oneOf, string } from "../../lib/decode";
import { type KeyValue, readStored, writeStored } from "../../lib/storage";
import { Store } from "../../lib/store";

export const UNDO_MS = 8_000;
/** However long somebody looks at the offer to undo. */
const HOLD_MS = 60_000;
/** How long a tab has for what it began, before another takes it for dead. */
const ORPHAN_MS = 5_000;
/** How long telling the server may take. */
const GOING_MS = 30_000;
/** After which time a server that couldn't be reached is told again, if nothing says earlier that it can be. */
const RETRY_MS = 30_000;
/** Of those that wait: the oldest of more isn't waited for any longer. */
const WAITING_MAX = 20;

const KEY = "ashao.deleting";

const deleting = object({
  id: string,
  title: string,
  /** Which tab tells the server. */
  tab: string,
  /**
   * `waiting`: it can be undone until then. `going`: the server is being told. `late`: the server couldn't be reached,
   * and is told again then.
   */
  state: oneOf("waiting", "going", "late"),
  untilMs: integer,
});
export type Deleting = Decoded<typeof deleting>;
const stored = list(deleting);

interface Going {
  /** The page is being left, and nobody will hear how it ends. */
  keepalive: boolean;
  /** There is no later: what can't be deleted now is back. */
  last?: boolean;
}

export type Ending = { how: "deleted" | "elsewhere" } | { how: "failed"; error: unknown };

export interface DeletionDeps {
  storage: KeyValue;
  clock: Pick<Clock, "sleep">;
  /** The time of day, in milliseconds: tabs compare it. */
  now: () => number;
  /** Names this tab among the others. */
  tab: string;
  /** Tells the server; one that isn't there any more counts as deleted. */
  remove: (id: string, how: { keepalive: boolean }) => Promise<void>;
  /** The server can't be reached: it stays out of sight, and is deleted later. */
  late: (one: Deleting) => void;
  /** It is over. `elsewhere`: another tab undid or finished it. */
  ended: (one: Deleting, ending: Ending) => void;
}

export class Deletions {
  readonly store = new Store<readonly Deleting[]>([]);
  readonly #deps: DeletionDeps;
  #waiting = new AbortController();
  /** Whether the browser keeps what is stored: a private window may not. */
  #shared = false;
  #held = false;

  constructor(deps: DeletionDeps) {
    this.#deps = deps;
  }

  /** Takes up what other tabs, or one that is gone, have begun. */
  start(): void {
    this.#take(this.#stored());
  }

  /** Hides it, and those that wait already wait as long as this one: one undo is for all. */
  begin(id: string, title: string): void {
    const untilMs = this.#deps.now() + UNDO_MS;
    const tab = this.#deps.tab;
    const others = this.#current().filter((one) => one.id !== id);
    const waiting = others.map((one) => (one.state === "waiting" ? { ...one, tab, untilMs } : one));
    this.#set([...waiting, { id, title, tab, state: "waiting", untilMs }]);
    const tooMany = this.#all("waiting").length - WAITING_MAX;
    if (tooMany > 0) void this.#go(this.#all("waiting").slice(0, tooMany), { keepalive: false });
  }

  /** Brings back all that wait; returns them. */
  undo(): readonly Deleting[] {
    const undone = this.#all("waiting");
    this.#set(this.#current().filter((one) => one.state !== "waiting"));
    return undone;
  }

  /** Somebody is about to undo, or has turned away: time stands still in between. */
  hold(held: boolean): void {
    if (held === this.#held) return;
    this.#held = held;
    if (this.#all("waiting").length === 0) return;
    const untilMs = this.#deps.now() + (held ? HOLD_MS : UNDO_MS / 2);
    this.#set(this.#current().map((one) => (one.state === "waiting" ? { ...one, untilMs } : one)));
  }

  /** Waits for nothing any more; resolves when the server has been told. Who is here next may not delete these. */
  async finish(): Promise<void> {
    await this.#go([...this.#all("waiting"), ...this.#all("late")], { keepalive: false, last: true });
  }

  /** The server can be reached again, it seems. */
  online(): void {
    const own = this.#all("late").filter((one) => one.tab === this.#deps.tab);
    void this.#go(own, { keepalive: false });
  }

  /** The page is being left: what it began is sent on its way. */
  leave(): void {
    const own = this.#all("waiting").filter((one) => one.tab === this.#deps.tab);
    void this.#go(own, { keepalive: true });
  }

  /** They are gone already: all of them were deleted at once. */
  forget(): void {
    this.#set([]);
  }

  /** Another tab changed what is stored. */
  storageChanged(key: string | null): void {
    if (key === KEY || key === null) this.#take(this.#stored());
  }

  #all(state: Deleting["state"]): Deleting[] {
    return this.store.get().filter((one) => one.state === state);
  }

  #stored(): readonly Deleting[] {
    return readStored(this.#deps.storage, KEY, stored) ?? [];
  }

  /** What is stored may be newer than what this tab was told of. */
  #current(): readonly Deleting[] {
    const kept = this.#stored();
    return this.#shared || kept.length > 0 ? kept : this.store.get();
  }

  #take(now: readonly Deleting[]): void {
    const before = this.store.get();
    this.store.set(now);
    this.#wait();
    for (const one of before) {
      if (!now.some(({ id }) => id === one.id)) this.#deps.ended(one, { how: "elsewhere" });
    }
  }

  #set(all: readonly Deleting[]): void {
    writeStored(this.#deps.storage, KEY, all.length === 0 ? null : all);
    if (all.length > 0) this.#shared = this.#stored().length > 0;
    this.store.set(all);
    this.#wait();
  }

  /** Sleeps until the next one's time is over. */
  #wait(): void {
    this.#waiting.abort();
    const all = this.store.get();
    if (all.length === 0) return;
    this.#waiting = new AbortController();
    const { signal } = this.#waiting;
    const next = Math.min(...all.map((one) => this.#dueMs(one)));
    void this.#deps.clock.sleep(Math.max(0, next - this.#deps.now()), signal).then(() => {
      if (signal.aborted) return;
      const due = this.store.get().filter((one) => this.#dueMs(one) <= this.#deps.now());
      if (due.length > 0) void this.#go(due, { keepalive: false });
      else this.#wait(); // A timer may ring a little early.
    });
  }

  #dueMs(one: Deleting): number {
    const own = one.tab === this.#deps.tab && one.state !== "going";
    return own ? one.untilMs : one.untilMs + ORPHAN_MS;
  }

  async #go(some: readonly Deleting[], how: Going): Promise<void> {
    if (some.length === 0) return;
    const untilMs = this.#deps.now() + GOING_MS;
    const going = some.map((one) => ({ ...one, tab: this.#deps.tab, state: "going" as const, untilMs }));
    const isGoing = (one: Deleting) => some.some(({ id }) => id === one.id);
    this.#set([...this.#current().filter((one) => !isGoing(one)), ...going]);
    await Promise.all(going.map((one) => this.#tell(one, how)));
  }

  async #tell(one: Deleting, { keepalive, last = false }: Going): Promise<void> {
    let ending: Ending = { how: "deleted" };
    try {
      await this.#deps.remove(one.id, { keepalive });
    } catch (error) {
      if (!last && isTransient(error)) {
        this.#tellLater(one);
        return;
      }
      ending = { how: "failed", error };
    }
    if (!this.store.get().some(({ id }) => id === one.id)) return; // Another tab was faster.
    this.#set(this.#current().filter(({ id }) => id !== one.id));
    this.#deps.ended(one, ending);
  }

  #tellLater(one: Deleting): void {
    if (!this.store.get().some(({ id }) => id === one.id)) return; // Another tab was faster.
    const late = { ...one, state: "late" as const, untilMs: this.#deps.now() + RETRY_MS };
    this.#set(this.#current().map((other) => (other.id === one.id ? late : other)));
    this.#deps.late(late);
  }
}
