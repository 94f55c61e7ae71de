import { beforeEach, describe, expect, it } from "vitest";
import { ApiError } from "../../api/request";
import { FakeClock, settled } from "../../lib/fake-clock";
import { type KeyValue, MemoryStorage } from "../../lib/storage";
import { Deletions, UNDO_MS } from "./deletions";

const away = new ApiError("Away.", { status: 0, code: "unreachable" });
const refused = new ApiError("No.", { status: 403, code: "forbidden" });

let clock: FakeClock;
let storage: SharedStorage;
let calls: string[];
let endings: string[];
let fails: ApiError | null;

/** As a browser's: every tab but the one that wrote hears of it. */
class SharedStorage {
  readonly #values = new MemoryStorage();
  readonly #tabs: Deletions[] = [];

  of(tab: () => Deletions | null): KeyValue {
    const tell = (key: string) => {
      for (const one of this.#tabs) if (one !== tab()) one.storageChanged(key);
    };
    return {
      getItem: (key) => this.#values.getItem(key),
      setItem: (key, value) => {
        this.#values.setItem(key, value);
        tell(key);
      },
      removeItem: (key) => {
        this.#values.removeItem(key);
        tell(key);
      },
    };
  }

  join(tab: Deletions): void {
    this.#tabs.push(tab);
  }

  /** A tab that crashed does nothing more. */
  crash(tab: Deletions): void {
    this.#tabs.splice(this.#tabs.indexOf(tab), 1);
  }
}

function opened(name: string, itsClock = clock, kept?: KeyValue): Deletions {
  let tab: Deletions | null = null;
  tab = new Deletions({
    storage: kept ?? storage.of(() => tab),
    clock: itsClock,
    now: () => clock.now(),
    tab: name,
    remove: async (id, { keepalive }) => {
      calls.push(`${name} ${id}${keepalive ? " keepalive" : ""}`);
      if (fails !== null) throw fails;
    },
    late: ({ id }) => endings.push(`${name} ${id} late`),
    ended: ({ id }, { how }) => endings.push(`${name} ${id} ${how}`),
  });
  if (kept === undefined) storage.join(tab);
  tab.start();
  return tab;
}

const hidden = (tab: Deletions) => tab.store.get().map((one) => `${one.id} ${one.state}`);

beforeEach(() => {
  clock = new FakeClock();
  storage = new SharedStorage();
  calls = [];
  endings = [];
  fails = null;
});

describe("a deletion", () => {
  it("is out of sight at once, and told to the server when its time is over", async () => {
    const tab = opened("A");
    tab.begin("a", "Owls");
    expect(hidden(tab)).toEqual(["a waiting"]);
    await clock.advance(UNDO_MS - 1);
    expect(calls).toEqual([]);
    await clock.advance(1);
    expect([calls, hidden(tab), endings]).toEqual([["A a"], [], ["A a deleted"]]);
  });

  it("is undone without a call, and more than one by the same undo", async () => {
    const tab = opened("A");
    tab.begin("a", "Owls");
    await clock.advance(UNDO_MS - 1_000);
    tab.begin("b", "Bats");
    await clock.advance(UNDO_MS - 1_000);
    expect(tab.undo().map((one) => one.title)).toEqual(["Owls", "Bats"]);
    await clock.advance(60_000);
    expect([calls, hidden(tab)]).toEqual([[], []]);
  });

  it("waits while somebody is at the button", async () => {
    const tab = opened("A");
    tab.begin("a", "Owls");
    tab.hold(true);
    await clock.advance(3 * UNDO_MS);
    expect(calls).toEqual([]);
    tab.hold(false);
    await clock.advance(UNDO_MS / 2);
    expect(calls).toEqual(["A a"]);
  });

  it("is sent on its way when the page is left, and finished when somebody signs out", async () => {
    const tab = opened("A");
    tab.begin("a", "Owls");
    tab.leave();
    expect(calls).toEqual(["A a keepalive"]);
    await settled();
    tab.begin("b", "Bats");
    await tab.finish();
    expect(calls).toEqual(["A a keepalive", "A b"]);
    await clock.advance(60_000);
    expect(calls).toHaveLength(2);
  });

  it("brings the conversation back when the server refuses", async () => {
    const tab = opened("A");
    fails = refused;
    tab.begin("a", "Owls");
    await clock.advance(UNDO_MS);
    expect([hidden(tab), endings]).toEqual([[], ["A a failed"]]);
  });

  it("stays out of sight when the server can't be reached, and is told again when it can be", async () => {
    const tab = opened("A");
    fails = away;
    tab.begin("a", "Owls");
    await clock.advance(UNDO_MS);
    expect([hidden(tab), endings]).toEqual([["a late"], ["A a late"]]);
    expect(tab.undo()).toEqual([]);
    fails = null;
    tab.online();
    await settled();
    expect([hidden(tab), endings.at(-1), calls]).toEqual([[], "A a deleted", ["A a", "A a"]]);
  });

  it("is told again after a while where nothing says that the server is back", async () => {
    const tab = opened("A");
    fails = away;
    tab.begin("a", "Owls");
    await clock.advance(UNDO_MS + 60_000);
    expect([hidden(tab), calls.length]).toEqual([["a late"], 3]);
    fails = null;
    await clock.advance(30_000);
    expect([hidden(tab), calls.length]).toEqual([[], 4]);
  });

  it("isn't left to who signs in next", async () => {
    const tab = opened("A");
    fails = away;
    tab.begin("a", "Owls");
    await clock.advance(UNDO_MS);
    await tab.finish();
    expect([hidden(tab), endings.at(-1)]).toEqual([[], "A a failed"]);
  });

  it("waits for twenty at most", async () => {
    const tab = opened("A");
    for (let number = 1; number <= 21; number += 1) tab.begin(`${number}`, "");
    await settled();
    expect(calls).toEqual(["A 1"]);
    expect(tab.undo()).toHaveLength(20);
  });

  it("works where the browser keeps nothing", async () => {
    const nowhere: KeyValue = { getItem: () => null, setItem: () => undefined, removeItem: () => undefined };
    const tab = opened("A", clock, nowhere);
    tab.begin("a", "Owls");
    tab.begin("b", "Bats");
    expect(hidden(tab)).toEqual(["a waiting", "b waiting"]);
    await clock.advance(UNDO_MS);
    expect(calls).toEqual(["A a", "A b"]);
  });
});

describe("two tabs", () => {
  it("hide the same, and the one that began tells the server", async () => {
    const [a, b] = [opened("A"), opened("B")];
    a.begin("a", "Owls");
    expect(hidden(b)).toEqual(["a waiting"]);
    await clock.advance(60_000);
    expect(calls).toEqual(["A a"]);
    expect([hidden(a), hidden(b), endings]).toEqual([[], [], ["B a elsewhere", "A a deleted"]]);
  });

  it("can both undo", async () => {
    const [a, b] = [opened("A"), opened("B")];
    a.begin("a", "Owls");
    b.undo();
    await clock.advance(60_000);
    expect([calls, hidden(a), endings]).toEqual([[], [], ["A a elsewhere"]]);
  });

  it("finish what one of them began before it crashed", async () => {
    const frozen = new FakeClock(); // Its time never passes.
    const a = opened("A", frozen);
    a.begin("a", "Owls");
    storage.crash(a);
    const b = opened("B");
    expect(hidden(b)).toEqual(["a waiting"]);
    await clock.advance(60_000);
    expect([calls, hidden(b)]).toEqual([["B a"], []]);
  });

  it("finish what one of them could not before it was closed", async () => {
    const a = opened("A", new FakeClock());
    fails = away;
    a.begin("a", "Owls");
    a.leave();
    await settled();
    storage.crash(a);
    fails = null;
    const b = opened("B");
    expect(hidden(b)).toEqual(["a late"]);
    await clock.advance(60_000);
    expect([hidden(b), calls.at(-1)]).toEqual([[], "B a"]);
  });

  it("hide what a page that was left is still deleting", async () => {
    const a = opened("A", new FakeClock());
    a.begin("a", "Owls");
    storage.crash(a);
    a.leave();
    const b = opened("A again");
    expect(hidden(b)).toEqual(["a going"]);
    expect(b.undo()).toEqual([]);
  });
});
