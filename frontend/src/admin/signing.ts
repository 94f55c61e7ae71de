/** Signs a batch of payouts, one after the other; each is handed in as soon as it is signed. */
import { ApiError, type Request } from "../api/request";
import { Store } from "../lib/store";
import type { Eip1193Provider } from "../wallet/wallet";
import {
  preparedAnswer,
  type Signable,
  type SignConfig,
  type SigningRequest,
  submittedAnswer,
} from "./types";
import { requireTreasury, same, signTypedData, WalletProblem } from "./wallet";

/** Where one payout is. */
export type ItemState =
  | { step: "waiting" }
  | { step: "asking" }
  | { step: "sending" }
  | { step: "signed" }
  | { step: "problem"; sentence: string };

export type RunState =
  | { step: "idle" }
  | { step: "running" }
  /** It ended before all were signed, for a reason that isn't one payout's own. */
  | { step: "stopped"; sentence: string; secondFactor: boolean }
  | { step: "done" };

export interface SigningState {
  run: RunState;
  items: Readonly<Record<string, ItemState>>;
}

export class Signing {
  readonly state: Store<SigningState>;
  readonly #config: SignConfig;
  readonly #request: Request;

  constructor(config: SignConfig, request: Request) {
    this.#config = config;
    this.#request = request;
    const items = config.payouts.map(({ id }): [string, ItemState] => [id, { step: "waiting" }]);
    this.state = new Store<SigningState>({ run: { step: "idle" }, items: Object.fromEntries(items) });
  }

  /** The payouts that are not signed yet. */
  left(): Signable[] {
    const { items } = this.state.get();
    return this.#config.payouts.filter(({ id }) => items[id]?.step !== "signed");
  }

  /** Signs what is left. Never rejects: whatever goes wrong is in the state. */
  async run(provider: Eip1193Provider): Promise<void> {
    if (this.state.get().run.step === "running") return;
    this.#enter({ step: "running" });
    try {
      await requireTreasury(provider, this.#config);
      const left = this.left();
      for (const { id } of left) this.#set(id, { step: "waiting" });
      for (const request of await this.#prepare(left)) await this.#sign(provider, request);
      this.#unprepared(left);
      this.#enter({ step: "done" });
    } catch (error) {
      this.#enter(stopped(error));
    }
  }

  async #prepare(payouts: readonly Signable[]): Promise<SigningRequest[]> {
    const body = { ids: payouts.map(({ id }) => id) };
    const answer = await this.#request({
      method: "POST",
      path: this.#config.prepareUrl,
      body,
      decode: preparedAnswer,
    });
    return answer.requests;
  }

  /** A decline ends the run, everything else is this payout's own problem. */
  async #sign(provider: Eip1193Provider, request: SigningRequest): Promise<void> {
    const { id } = request;
    if (!this.#isWhatIsShown(request)) {
      this.#set(id, { step: "problem", sentence: "The server asks to sign something else than it shows." });
      return;
    }
    this.#set(id, { step: "asking" });
    try {
      const signature = await signTypedData(provider, this.#config.treasury, request.typedData);
      this.#set(id, { step: "sending" });
      const problem = await this.#submit(request, signature);
      this.#set(id, problem === "" ? { step: "signed" } : { step: "problem", sentence: problem });
    } catch (error) {
      this.#set(id, { step: "problem", sentence: sentenceOf(error) });
      if (!(error instanceof WalletProblem) || error.declined) throw error;
    }
  }

  async #submit({ id, validBefore }: SigningRequest, signature: string): Promise<string> {
    const body = { signatures: [{ id, validBefore, signature }] };
    const { results } = await this.#request({
      method: "POST",
      path: this.#config.submitUrl,
      body,
      decode: submittedAnswer,
    });
    return results.find((result) => result.id === id)?.problem ?? "The server did not answer for it.";
  }

  #isWhatIsShown({ id, typedData: { message } }: SigningRequest): boolean {
    const shown = this.#config.payouts.find((payout) => payout.id === id);
    return (
      shown !== undefined &&
      message.value === String(shown.amount) &&
      same(message.to, shown.wallet) &&
      same(message.from, this.#config.treasury)
    );
  }

  /** What the server prepared nothing for has changed since the page was opened. */
  #unprepared(payouts: readonly Signable[]): void {
    const sentence = "It can not be signed now. Look at it in the list of payouts.";
    for (const { id } of payouts)
      if (this.state.get().items[id]?.step === "waiting") this.#set(id, { step: "problem", sentence });
  }

  #set(id: string, item: ItemState): void {
    const { run, items } = this.state.get();
    this.state.set({ run, items: { ...items, [id]: item } });
  }

  #enter(run: RunState): void {
    this.state.set({ ...this.state.get(), run });
  }
}

function stopped(error: unknown): RunState {
  const secondFactor = error instanceof ApiError && error.code === "second_factor_needed";
  return { step: "stopped", sentence: sentenceOf(error), secondFactor };
}

function sentenceOf(error: unknown): string {
  if (error instanceof ApiError || error instanceof WalletProblem) return error.message;
  return "Something went wrong on this page. Reload it.";
}
