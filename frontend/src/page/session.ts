/** Who is here: a signed-in wallet or a guest, and what they have left. */
import type { Api } from "../api/api";
import { ApiError } from "../api/request";
import type { Me } from "../api/types";
import { Store } from "../lib/store";

export type SessionState =
  | { phase: "loading" }
  | { phase: "ready"; me: Me }
  | { phase: "failed"; message: string };

export class Session {
  readonly store = new Store<SessionState>({ phase: "loading" });
  readonly #api: Pick<Api, "me" | "logout">;
  #asked = 0;

  constructor(api: Pick<Api, "me" | "logout">) {
    this.#api = api;
  }

  get me(): Me | null {
    const state = this.store.get();
    return state.phase === "ready" ? state.me : null;
  }

  async refresh(): Promise<void> {
    this.#asked += 1;
    const asked = this.#asked;
    try {
      const me = await this.#api.me();
      if (asked === this.#asked) this.store.set({ phase: "ready", me });
    } catch (error) {
      // What was known stays on show: a lost connection doesn't sign anybody out.
      if (asked !== this.#asked || this.me !== null) return;
      const message = error instanceof ApiError ? error.message : "Something went wrong.";
      this.store.set({ phase: "failed", message });
    }
  }

  /** A balance the server told us about unasked. */
  creditsChanged(credits: number): void {
    if (this.me?.user) this.store.set({ phase: "ready", me: { ...this.me, credits } });
  }

  async signOut(): Promise<void> {
    await this.#api.logout();
    await this.refresh();
  }
}
