/** One purchase, from the button to the wallet's answer. What happens to it afterwards, the deposits tell. */
import type { MoneyApi } from "../api/money";
import { ApiError } from "../api/request";
import { sentenceFor } from "../chain/problems";
import type { ChainWallet } from "../chain/wallet";
import { Store } from "../lib/store";

export type BuyingState =
  | { phase: "idle" }
  /** The server builds the transaction, the wallet is looked for. */
  | { phase: "preparing" }
  /** The wallet asks the person. */
  | { phase: "asking" }
  | { phase: "failed"; message: string; atField: boolean };

export interface BuyingDeps {
  api: Pick<MoneyApi, "buyCredits">;
  connect: () => Promise<ChainWallet>;
  chainName: string;
  /** The transfer is out. */
  sent: (txHash: string, amountMicros: number) => void;
}

export class Buying {
  readonly store = new Store<BuyingState>({ phase: "idle" });
  readonly #deps: BuyingDeps;

  constructor(deps: BuyingDeps) {
    this.#deps = deps;
  }

  /** Whether the transfer was sent. A second press while one is under way does nothing. */
  async buy(amountMicros: number): Promise<boolean> {
    const { phase } = this.store.get();
    if (phase === "preparing" || phase === "asking") return false;
    this.store.set({ phase: "preparing" });
    try {
      const { transactions } = await this.#deps.api.buyCredits(amountMicros);
      const wallet = await this.#deps.connect();
      this.store.set({ phase: "asking" });
      for (const transaction of transactions) this.#deps.sent(await wallet.send(transaction), amountMicros);
      this.store.set({ phase: "idle" });
      return true;
    } catch (error) {
      const atField = error instanceof ApiError && error.status === 400;
      this.store.set({ phase: "failed", message: sentenceFor(error, this.#deps.chainName), atField });
      return false;
    }
  }

  /** Another amount is chosen: what was said about the last one no longer holds. */
  reset(): void {
    if (this.store.get().phase === "failed") this.store.set({ phase: "idle" });
  }
}
