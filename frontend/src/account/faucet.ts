/** Test money of the dev chain. */
import { Feed, sentenceOf } from "../api/feed";
import type { Faucet, MoneyApi } from "../api/money";
import { Store } from "../lib/store";

export type FaucetState =
  | { phase: "idle" }
  | { phase: "asking" }
  | { phase: "given" }
  | { phase: "failed"; message: string };

const OFFER_GOOD_MS = 300_000;

export class FaucetControl {
  readonly store = new Store<FaucetState>({ phase: "idle" });
  readonly offer: Feed<Faucet>;
  readonly #api: Pick<MoneyApi, "faucet" | "takeFromFaucet">;
  readonly #given: () => void;

  constructor(
    api: Pick<MoneyApi, "faucet" | "takeFromFaucet">,
    { visible, given }: { visible: () => boolean; given: () => void },
  ) {
    this.#api = api;
    this.#given = given;
    this.offer = new Feed({ ask: () => api.faucet(), everyMs: () => OFFER_GOOD_MS, visible });
  }

  async take(): Promise<void> {
    if (this.store.get().phase === "asking") return;
    this.store.set({ phase: "asking" });
    try {
      await this.#api.takeFromFaucet();
      this.store.set({ phase: "given" });
      this.#given();
    } catch (error) {
      this.store.set({ phase: "failed", message: sentenceOf(error) });
    }
  }

  /** Another person is here. */
  reset(): void {
    this.store.set({ phase: "idle" });
  }
}
