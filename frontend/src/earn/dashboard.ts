/** The owner's figures, as the server has them. Asked for while somebody looks, and only of a signed-in person. */
import type { Api } from "../api/api";
import { ApiError } from "../api/request";
import type { WorkerStats } from "../api/types";
import { Store } from "../lib/store";
import type { Session } from "../page/session";

export const POLL_MS = 15_000;
/** Answers may follow each other fast; the figures needn't. */
const GAP_MS = 1_000;

export type DashboardState =
  | { phase: "loading" }
  | { phase: "ready"; stats: WorkerStats; stale: boolean }
  | { phase: "failed"; message: string };

export interface DashboardDeps {
  api: Pick<Api, "workerStats" | "setWorkerPaused" | "removeWorker">;
  session: Pick<Session, "store" | "me">;
  visible: () => boolean;
  /** The person changed one of their workers here. */
  changed: (workerId: string, what: "paused" | "resumed" | "removed") => void;
}

export class StatsDashboard {
  readonly store = new Store<DashboardState>({ phase: "loading" });
  readonly #deps: DashboardDeps;
  #userId: string | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #asking: Promise<void> | null = null;
  #askAgain = false;
  /** Something has changed since the last call began. */
  #soon = false;

  constructor(deps: DashboardDeps) {
    this.#deps = deps;
  }

  open(): void {
    this.#deps.session.store.subscribe(() => this.#whoIsHere());
    this.#whoIsHere();
  }

  /** Asks now. A call that is under way may have missed what just happened, so another follows it. */
  async refresh(): Promise<void> {
    if (this.#userId === null) return;
    if (this.#asking !== null) {
      this.#askAgain = true;
      return this.#asking;
    }
    this.#asking = this.#ask();
    await this.#asking;
  }

  /** Figures have changed. Shown within a second, or when the page is shown. */
  soon(): void {
    if (!this.#soon && this.#asking === null) this.#after(GAP_MS);
    this.#soon = true;
  }

  visibilityChanged(): void {
    clearTimeout(this.#timer);
    this.#soon = false;
    if (this.#deps.visible()) void this.refresh();
  }

  /** Rejects with `ApiError`, as does `removeWorker`. */
  async pauseWorker(id: string, paused: boolean): Promise<void> {
    await this.#deps.api.setWorkerPaused(id, paused);
    this.#deps.changed(id, paused ? "paused" : "resumed");
    await this.refresh();
  }

  async removeWorker(id: string): Promise<void> {
    await this.#deps.api.removeWorker(id);
    this.#deps.changed(id, "removed");
    await this.refresh();
  }

  async #ask(): Promise<void> {
    this.#soon = false;
    do {
      this.#askAgain = false;
      await this.#askOnce();
    } while (this.#askAgain && this.#userId !== null);
    this.#asking = null;
    this.#after(this.#soon ? GAP_MS : POLL_MS);
  }

  async #askOnce(): Promise<void> {
    const userId = this.#userId;
    try {
      const stats = await this.#deps.api.workerStats();
      if (userId === this.#userId) this.store.set({ phase: "ready", stats, stale: false });
    } catch (error) {
      if (userId === this.#userId) this.#failed(error);
    }
  }

  /** What was known stays on show. */
  #failed(error: unknown): void {
    const known = this.store.get();
    if (known.phase === "ready") {
      if (!known.stale) this.store.set({ ...known, stale: true });
      return;
    }
    const message = error instanceof ApiError ? error.message : "Something went wrong.";
    this.store.set({ phase: "failed", message });
  }

  #whoIsHere(): void {
    const { session, visible } = this.#deps;
    if (session.store.get().phase !== "ready") return;
    const userId = session.me?.user?.id ?? null;
    if (userId === this.#userId) return;
    this.#userId = userId;
    clearTimeout(this.#timer);
    this.store.set({ phase: "loading" });
    if (userId !== null && visible()) void this.refresh();
  }

  #after(ms: number): void {
    clearTimeout(this.#timer);
    if (this.#userId === null || !this.#deps.visible()) return;
    this.#timer = setTimeout(() => void this.refresh(), ms);
  }
}
