/** Everything that is loaded only after Start was pressed: the engine's client, the clock, the worker's calls. */
import { createRequest } from "../api/request";
import { createEngine } from "../engine/client";
import { safeStorage } from "../lib/storage";
import { startTicker } from "../lib/ticker";
import { type RunInput, WorkerRun } from "./run";
import { createWorkerApi } from "./worker-api";

/** A run in this browser. Call `run` once. */
export function launch(input: RunInput): WorkerRun {
  const clock = startTicker();
  const request = createRequest({ fetch: (url, init) => fetch(url, init), cookies: () => "", clock });
  const beacon = (path: string, body: Blob) => navigator.sendBeacon(path, body);
  return new WorkerRun(input, {
    engine: createEngine(),
    clock,
    storage: safeStorage("localStorage"),
    connect: (identity, reached) => createWorkerApi(identity, { request, reached, beacon }),
    close: () => clock.close(),
  });
}
