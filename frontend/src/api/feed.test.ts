import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Store } from "../lib/store";
import { Feed, onPersonChange } from "./feed";
import { ApiError } from "./request";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function feed(ask: () => Promise<number>) {
  const seen = { visible: true, asked: 0 };
  const one = new Feed<number>({
    ask: () => {
      seen.asked += 1;
      return ask();
    },
    everyMs: (value) => (value === 1 ? 2_000 : 20_000),
    visible: () => seen.visible,
  });
  return { one, seen };
}

describe("a feed", () => {
  it("asks nothing before it is opened, then as often as its value wants", async () => {
    let answer = 1;
    const { one, seen } = feed(async () => answer);
    await one.refresh();
    expect(seen.asked).toBe(0);
    one.open();
    await vi.advanceTimersByTimeAsync(2_000);
    expect(seen.asked).toBe(2);
    answer = 2;
    await vi.advanceTimersByTimeAsync(2_000);
    expect([seen.asked, one.value]).toEqual([3, 2]);
    await vi.advanceTimersByTimeAsync(19_000);
    expect(seen.asked).toBe(3);
  });

  it("rests while nobody looks, and asks at once when somebody does", async () => {
    const { one, seen } = feed(async () => 1);
    one.open();
    await vi.advanceTimersByTimeAsync(0);
    seen.visible = false;
    one.visibilityChanged();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(seen.asked).toBe(1);
    seen.visible = true;
    one.visibilityChanged();
    expect(seen.asked).toBe(2);
  });

  it("keeps what is known on show when a call fails, and says so", async () => {
    let fails = false;
    const { one } = feed(async () => {
      if (fails) throw new ApiError("Away.", { status: 503, code: "away" });
      return 1;
    });
    one.open();
    await vi.advanceTimersByTimeAsync(0);
    fails = true;
    await vi.advanceTimersByTimeAsync(2_000);
    expect(one.store.get()).toEqual({ phase: "ready", value: 1, stale: true });
    fails = false;
    await vi.advanceTimersByTimeAsync(2_000);
    expect(one.store.get()).toEqual({ phase: "ready", value: 1, stale: false });
  });

  it("says the server's sentence when nothing is known, and goes on trying", async () => {
    let fails = true;
    const { one } = feed(async () => {
      if (fails) throw new ApiError("Away.", { status: 503, code: "away" });
      return 1;
    });
    one.open();
    await vi.advanceTimersByTimeAsync(0);
    expect(one.store.get()).toEqual({ phase: "failed", message: "Away." });
    fails = false;
    await vi.advanceTimersByTimeAsync(20_000);
    expect(one.value).toBe(1);
  });

  it("drops an answer that belongs to whoever was here before", async () => {
    let answer: (value: number) => void = () => undefined;
    const { one } = feed(() => new Promise((resolve) => (answer = resolve)));
    one.open();
    const first = answer;
    one.close();
    one.open();
    first(7);
    await vi.advanceTimersByTimeAsync(0);
    expect(one.store.get()).toEqual({ phase: "loading" });
    answer(8);
    await vi.advanceTimersByTimeAsync(0);
    expect(one.value).toBe(8);
  });

  it("asks once more when something happened during a call", async () => {
    const answers: ((value: number) => void)[] = [];
    const { one, seen } = feed(() => new Promise((resolve) => answers.push(resolve)));
    one.open();
    void one.refresh();
    answers[0]?.(1);
    await vi.advanceTimersByTimeAsync(0);
    expect(seen.asked).toBe(2);
    answers[1]?.(2);
    await vi.advanceTimersByTimeAsync(0);
    expect(one.value).toBe(2);
  });
});

it("tells when another person is here, and not before that is known", () => {
  const session = new Store<{ id: string | null | undefined }>({ id: undefined });
  const told: (string | null)[] = [];
  onPersonChange(
    session,
    (state) => state.id,
    (id) => told.push(id),
  );
  for (const id of [null, "alice", "alice", "bob", null]) session.set({ id });
  expect(told).toEqual([null, "alice", "bob", null]);
});
