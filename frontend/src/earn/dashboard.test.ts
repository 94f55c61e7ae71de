import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ApiError } from "../api/request";
import type { Me, WorkerStats } from "../api/types";
import { Store } from "../lib/store";
import type { SessionState } from "../page/session";
import { POLL_MS, StatsDashboard } from "./dashboard";

function stats(earned: number): WorkerStats {
  const sums = { jobs: 0, tokens: 0, earned, earnedToday: 0, escrow: 0, available: 0 };
  return { ...sums, workers: [], shareBps: 7_000, averageTokensPerSecond: null, hour: [], recent: [] };
}

let asked: number;
let answer: () => Promise<WorkerStats>;
let visible: boolean;
let changes: string[];
let session: { store: Store<SessionState>; me: Me | null };
let dashboard: StatsDashboard;

function signIn(userId: string | null): void {
  const user = userId === null ? null : { id: userId, wallet: "0x1" };
  session.me = { user, guest: null, credits: null, freeCredits: null, machines: { pro: 0, max: 0 } };
  session.store.set({ phase: "ready", me: session.me });
}

beforeEach(() => {
  vi.useFakeTimers();
  asked = 0;
  answer = async () => stats(asked);
  visible = true;
  changes = [];
  session = { store: new Store<SessionState>({ phase: "loading" }), me: null };
  dashboard = new StatsDashboard({
    api: {
      workerStats: () => {
        asked += 1;
        return answer();
      },
      setWorkerPaused: async (id, paused) => ({ id, name: "", paused }),
      removeWorker: () => Promise.reject(new ApiError("Gone.", { status: 404, code: "not_found" })),
    },
    session,
    visible: () => visible,
    changed: (id, what) => changes.push(`${id} ${what}`),
  });
  dashboard.open();
});

afterEach(() => {
  vi.useRealTimers();
});

describe("the figures", () => {
  it("aren't asked for while nobody is signed in", async () => {
    signIn(null);
    dashboard.soon();
    await dashboard.refresh();
    await vi.advanceTimersByTimeAsync(10 * POLL_MS);
    expect(asked).toBe(0);
    expect(dashboard.store.get().phase).toBe("loading");
  });

  it("come at once and then regularly while somebody looks", async () => {
    signIn("alice");
    await vi.advanceTimersByTimeAsync(0);
    expect(dashboard.store.get()).toEqual({ phase: "ready", stats: stats(1), stale: false });
    await vi.advanceTimersByTimeAsync(2 * POLL_MS);
    expect(asked).toBe(3);
    visible = false;
    dashboard.visibilityChanged();
    await vi.advanceTimersByTimeAsync(4 * POLL_MS);
    expect(asked).toBe(3);
    visible = true;
    dashboard.visibilityChanged();
    await vi.advanceTimersByTimeAsync(0);
    expect(asked).toBe(4);
  });

  it("follow each answer, but not faster than can be read", async () => {
    signIn("alice");
    await vi.advanceTimersByTimeAsync(5_000);
    dashboard.soon();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(asked).toBe(2);
    for (let i = 0; i < 50; i += 1) {
      dashboard.soon();
      await vi.advanceTimersByTimeAsync(100);
    }
    expect(asked).toBeGreaterThanOrEqual(6);
    expect(asked).toBeLessThanOrEqual(8);
  });

  it("that changed while they were asked for are asked for again soon", async () => {
    let late: (stats: WorkerStats) => void = () => undefined;
    answer = () =>
      new Promise((resolve) => {
        late = resolve;
      });
    signIn("alice");
    dashboard.soon();
    late(stats(1));
    await vi.advanceTimersByTimeAsync(1_000);
    expect(asked).toBe(2);
  });

  it("stay when a call fails, marked as old, and come back", async () => {
    signIn("alice");
    await vi.advanceTimersByTimeAsync(0);
    answer = () => Promise.reject(new ApiError("Away.", { status: 0, code: "unreachable" }));
    await vi.advanceTimersByTimeAsync(POLL_MS);
    expect(dashboard.store.get()).toEqual({ phase: "ready", stats: stats(1), stale: true });
    answer = async () => stats(9);
    await vi.advanceTimersByTimeAsync(POLL_MS);
    expect(dashboard.store.get()).toEqual({ phase: "ready", stats: stats(9), stale: false });
  });

  it("say why there are none", async () => {
    answer = () => Promise.reject(new ApiError("Away.", { status: 0, code: "unreachable" }));
    signIn("alice");
    await vi.advanceTimersByTimeAsync(0);
    expect(dashboard.store.get()).toEqual({ phase: "failed", message: "Away." });
  });

  it("of one person are never shown to the next", async () => {
    let late: (stats: WorkerStats) => void = () => undefined;
    answer = () =>
      new Promise((resolve) => {
        late = resolve;
      });
    signIn("alice");
    signIn(null);
    late(stats(1));
    await vi.advanceTimersByTimeAsync(0);
    expect(dashboard.store.get()).toEqual({ phase: "loading" });
    answer = async () => stats(2);
    signIn("bob");
    await vi.advanceTimersByTimeAsync(0);
    expect(dashboard.store.get()).toMatchObject({ stats: { earned: 2 } });
  });
});

describe("a worker's row", () => {
  it("is paused, and everybody hears of it", async () => {
    signIn("alice");
    await vi.advanceTimersByTimeAsync(0);
    await dashboard.pauseWorker("wrk_1", true);
    expect(changes).toEqual(["wrk_1 paused"]);
    expect(asked).toBe(2);
  });

  it("says why it can't be removed", async () => {
    await expect(dashboard.removeWorker("wrk_1")).rejects.toBeInstanceOf(ApiError);
    expect(changes).toEqual([]);
  });
});
