/** Which worker this browser is: the same one after a reload, one for each person and model. */
import { object, string } from "../lib/decode";
import { type KeyValue, readStored, writeStored } from "../lib/storage";
import type { WorkerIdentity } from "./worker-api";

const identity = object({ workerId: string, workerToken: string });

export class IdentityStore {
  readonly #storage: KeyValue;
  readonly #key: string;

  constructor(storage: KeyValue, userId: string, modelId: string) {
    this.#storage = storage;
    this.#key = `ashao.worker.${userId}.${modelId}`;
  }

  read(): WorkerIdentity | null {
    return readStored(this.#storage, this.#key, identity);
  }

  keep({ workerId, workerToken }: WorkerIdentity): void {
    writeStored(this.#storage, this.#key, { workerId, workerToken });
  }

  forget(): void {
    writeStored(this.#storage, this.#key, null);
  }
}
