/** The calls about who may act for a person: API keys, workers and their tokens, sessions; and all of it as one. */
import { address, createCall } from "./operation";
import * as operations from "./operations";
import type { Request } from "./request";
import type { components } from "./schema";

type Schemas = components["schemas"];

export type ApiKey = Schemas["ApiKey"];
export type KeyScope = ApiKey["scopes"][number];
export type SignIn = Schemas["Session"];

/** What the server wants to read before it deletes everything. */
export const DELETE_CONFIRMATION = "delete everything";

export interface NewWorker {
  name: string;
  model: string;
}

export function createAccountApi(request: Request) {
  const call = createCall(request);
  return {
    keys: () => call(operations.keysList),
    createKey: (name: string, scopes: KeyScope[]) => call(operations.keysCreate, { body: { name, scopes } }),
    revokeKey: (id: string) => call(operations.keysDelete, { path: { key_id: id } }),

    workers: () => call(operations.workerStats),
    /** A machine of its own, with a token of its own. */
    createWorker: ({ name, model }: NewWorker) =>
      call(operations.workerRegister, { body: { type: "native", name, model } }),
    renameWorker: (id: string, name: string) =>
      call(operations.workerChange, { path: { worker_id: id }, body: { name } }),
    removeWorker: (id: string) => call(operations.workerRemove, { path: { worker_id: id } }),

    sessions: () => call(operations.sessionsList),
    endSession: (id: string) => call(operations.sessionsDelete, { path: { session_id: id } }),
    endOtherSessions: () => call(operations.sessionsDeleteOthers),

    deleteEverything: () => call(operations.accountDeleteData, { body: { confirm: DELETE_CONFIRMATION } }),
  };
}

export type AccountApi = ReturnType<typeof createAccountApi>;

/** Where a browser downloads everything from. */
export const EXPORT_LINK = address("/api/account/export");
