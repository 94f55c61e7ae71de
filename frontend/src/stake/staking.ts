/** Staking and unstaking, from the button until the chain has it. That it counts, the server's figures tell. */
import type { MoneyApi } from "../api/money";
import { sentenceFor } from "../chain/problems";
import { runSteps, type Step } from "../chain/steps";
import type { ChainWallet } from "../chain/wallet";
import { type Clock, pageClock } from "../lib/clock";
import { Store } from "../lib/store";
import type { Way } from "./amounts";

export type MoveState =
  | { phase: "idle" }
  /** The server builds the transactions, the wallet is looked for. */
  | { phase: "preparing"; way: Way }
  | { phase: "working"; way: Way; steps: readonly Step[] }
  /** In a block. `stakeBefore` is what counted before: it counts once the server says something else. */
  | { phase: "made"; way: Way; steps: readonly Step[]; amountWei: bigint; stakeBefore: bigint }
  | { phase: "failed"; way: Way; steps: readonly Step[]; message: string };

export interface MoveDeps {
  api: Pick<MoneyApi, "stake" | "unstake">;
  connect: () => Promise<ChainWallet>;
  chainName: string;
  /** Something may have changed on the chain. */
  changed: () => void;
  clock?: Clock;
}

export class StakeMove {
  readonly store = new Store<MoveState>({ phase: "idle" });
  readonly #deps: MoveDeps;
  /** Grows with every move and whenever it is forgotten: what an earlier one still says is dropped. */
  #era = 0;

  constructor(deps: MoveDeps) {
    this.#deps = deps;
  }

  get busy(): boolean {
    const { phase } = this.store.get();
    return phase === "preparing" || phase === "working";
  }

  /** Whether it was made. A second press while one is under way does nothing. */
  async move(way: Way, amountWei: bigint, stakeBefore: bigint): Promise<boolean> {
    if (this.busy) return false;
    this.#era += 1;
    const era = this.#era;
    const set = (state: MoveState) => {
      if (era === this.#era) this.store.set(state);
    };
    let steps: readonly Step[] = [];
    set({ phase: "preparing", way });
    try {
      const { api, connect, clock = pageClock } = this.#deps;
      const { transactions } = await (way === "stake" ? api.stake(amountWei) : api.unstake(amountWei));
      const wallet = await connect();
      const onChange = (now: readonly Step[]) => {
        steps = now;
        set({ phase: "working", way, steps });
      };
      await runSteps(transactions, { wallet, onChange, clock });
      set({ phase: "made", way, steps, amountWei, stakeBefore });
      return true;
    } catch (error) {
      set({ phase: "failed", way, steps, message: sentenceFor(error, this.#deps.chainName) });
      return false;
    } finally {
      this.#deps.changed();
    }
  }

  /** The form says something else now. */
  reset(): void {
    if (!this.busy) this.store.set({ phase: "idle" });
  }

  /** Another person is here. */
  forget(): void {
    this.#era += 1;
    this.store.set({ phase: "idle" });
  }
}
