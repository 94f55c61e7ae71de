/** Becomes a worker of the network: the one that this browser was before, or a new one. */
import type { Api } from "../api/api";
import { ApiError } from "../api/request";
import { backoffMs, jittered } from "../lib/backoff";
import type { Clock } from "../lib/clock";
import type { IdentityStore } from "./identity";
import { retryAfterMs, worthRepeating } from "./lease";
import type { WorkerApi, WorkerIdentity } from "./worker-api";

const TRIES = 6;
const RETRY = { firstMs: 500, maxMs: 8_000 };

export interface EnlistDeps {
  api: Pick<Api, "registerWorker" | "setWorkerPaused">;
  connect: (identity: WorkerIdentity) => WorkerApi;
  identity: IdentityStore;
  modelId: string;
  clock: Clock;
  signal: AbortSignal;
}

export interface Enlisted {
  workerId: string;
  api: WorkerApi;
}

/** Fails with `ApiError`. A worker that was paused works again: somebody has just pressed Start. */
export async function enlist(deps: EnlistDeps): Promise<Enlisted> {
  const known = deps.identity.read();
  if (known !== null) {
    const resumed = await resume(known, deps);
    if (resumed !== null) return resumed;
    deps.identity.forget();
  }
  return register(deps);
}

export async function register(deps: EnlistDeps): Promise<Enlisted> {
  const fresh = await patiently(() => deps.api.registerWorker(deps.modelId), deps);
  deps.identity.keep(fresh);
  return { workerId: fresh.workerId, api: deps.connect(fresh) };
}

/** Null where the network doesn't know that worker any more. */
async function resume(known: WorkerIdentity, deps: EnlistDeps): Promise<Enlisted | null> {
  const api = deps.connect(known);
  try {
    // Naming no jobs lets go of whatever a page that crashed had held.
    const { paused } = await patiently(() => api.heartbeat({ jobs: [] }), deps);
    if (paused) await patiently(() => deps.api.setWorkerPaused(known.workerId, false), deps);
    return { workerId: known.workerId, api };
  } catch (error) {
    if (error instanceof ApiError && (error.code === "bad_token" || error.status === 404)) return null;
    throw error;
  }
}

async function patiently<T>(call: () => Promise<T>, { clock, signal }: EnlistDeps): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await call();
    } catch (error) {
      if (!worthRepeating(error) || attempt === TRIES || signal.aborted) throw error;
      await clock.sleep(retryAfterMs(error) ?? jittered(backoffMs(attempt - 1, RETRY)), signal);
      if (signal.aborted) throw error;
    }
  }
}
