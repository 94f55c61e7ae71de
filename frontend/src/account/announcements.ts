/** Transfers that left the wallet and that the server has not heard of yet. A reload or a lost connection keeps them. */
import type { MoneyApi } from "../api/money";
import { ApiError } from "../api/request";
import { integer, list, object, string } from "../lib/decode";
import { type KeyValue, readStored, writeStored } from "../lib/storage";

const STORED = "ashao.deposits";
/** More than anybody sends before one is heard of; older ones are found on the chain anyway. */
const MAX_KEPT = 20;

const kept = list(object({ userId: string, txHash: string, amount: integer }));
type Kept = ReturnType<typeof kept>;

export class Announcements {
  readonly #api: Pick<MoneyApi, "announceDeposit">;
  readonly #storage: KeyValue;

  constructor(api: Pick<MoneyApi, "announceDeposit">, storage: KeyValue) {
    this.#api = api;
    this.#storage = storage;
  }

  add(userId: string, txHash: string, amount: number): void {
    this.#write([...this.#read(), { userId, txHash, amount }].slice(-MAX_KEPT));
  }

  waiting(userId: string): boolean {
    return this.#read().some((entry) => entry.userId === userId);
  }

  /** Tells the server of all that this person sent. One that it refuses for good is not told again. */
  async flush(userId: string): Promise<void> {
    for (const entry of this.#read().filter((one) => one.userId === userId)) {
      try {
        await this.#api.announceDeposit(entry.txHash, entry.amount);
      } catch (error) {
        if (!(error instanceof ApiError) || error.transient || error.status === 429 || error.status === 401)
          return;
      }
      this.#write(this.#read().filter((one) => one.txHash !== entry.txHash));
    }
  }

  #read(): Kept {
    return readStored(this.#storage, STORED, kept) ?? [];
  }

  #write(entries: Kept): void {
    writeStored(this.#storage, STORED, entries.length === 0 ? null : entries);
  }
}
