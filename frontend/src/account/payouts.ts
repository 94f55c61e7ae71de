/** Asking for a payout. What happens to it afterwards, the list of payouts tells. */
import { sentenceOf } from "../api/feed";
import type { MoneyApi } from "../api/money";
import { ApiError } from "../api/request";
import { Store } from "../lib/store";

export type AskingState =
  | { phase: "idle" }
  | { phase: "asking" }
  | { phase: "asked"; amountMicros: number }
  | { phase: "failed"; message: string };

export interface PayoutRequestDeps {
  api: Pick<MoneyApi, "requestPayout">;
  newKey: () => string;
  /** The server took it. */
  asked: () => void;
}

export class PayoutRequest {
  readonly store = new Store<AskingState>({ phase: "idle" });
  readonly #deps: PayoutRequestDeps;
  /** A request whose answer never came is repeated under its key, so that it is made once. */
  #unanswered: { what: string; key: string } | null = null;

  constructor(deps: PayoutRequestDeps) {
    this.#deps = deps;
  }

  async ask(amountMicros: number, wallet: string): Promise<boolean> {
    if (this.store.get().phase === "asking") return false;
    this.store.set({ phase: "asking" });
    const what = `${amountMicros} ${wallet}`;
    const key = this.#unanswered?.what === what ? this.#unanswered.key : this.#deps.newKey();
    this.#unanswered = { what, key };
    try {
      await this.#deps.api.requestPayout({ amountMicros, wallet, idempotencyKey: key });
      this.#unanswered = null;
      this.store.set({ phase: "asked", amountMicros });
      this.#deps.asked();
      return true;
    } catch (error) {
      if (!(error instanceof ApiError) || !error.transient) this.#unanswered = null;
      this.store.set({ phase: "failed", message: sentenceOf(error) });
      return false;
    }
  }

  /** The form says something else now. */
  reset(): void {
    const { phase } = this.store.get();
    if (phase === "failed" || phase === "asked") this.store.set({ phase: "idle" });
  }
}
