/** Asks a host of models for files and pieces of them. Only simple ranges and no other header: no preflight. */
import { backoffMs, jittered } from "../../lib/backoff";
import { EngineError } from "../engine";
import type { Span } from "./parts";
import { abortedError, pause, throwIfAborted, type WeightsPlatform } from "./platform";

const RESPONSE_TIMEOUT_MS = 30_000;
const SILENCE_TIMEOUT_MS = 30_000;
const RETRY = { firstMs: 1_000, maxMs: 15_000 };
/** Tries in a row that bring nothing. */
const MAX_TRIES = 6;

export interface FileHead {
  sizeBytes: number;
  /** ETag or date; null where the host doesn't tell (or its CORS headers hide it). */
  version: string | null;
}

/** A failure that may pass: another try is worth it. */
class Interrupted extends Error {}

/** Asks how large a file is, by its first byte. */
export function askHead(url: string, signal: AbortSignal, platform: WeightsPlatform): Promise<FileHead> {
  return retrying({ signal, platform }, async () => {
    const ranged = await request(url, "bytes=0-0", signal, platform);
    discard(ranged);
    const head = { sizeBytes: sizeOf(ranged), version: versionOf(ranged) };
    if (head.sizeBytes !== null) return { ...head, sizeBytes: head.sizeBytes };
    // A host whose CORS headers hide Content-Range: Content-Length is always shown.
    const whole = await request(url, null, signal, platform);
    discard(whole);
    const sizeBytes = integerOf(whole.headers.get("Content-Length"));
    if (sizeBytes === null)
      throw new EngineError("download-failed", "The host doesn't tell how large its files are.");
    return { sizeBytes, version: versionOf(whole) };
  });
}

export interface Opened {
  /** What the file is now, as far as this answer tells. */
  sizeBytes: number | null;
  version: string | null;
  /** Where in the file the first byte is: 0 when the host ignores ranges. */
  offset: number;
  chunks: AsyncGenerator<Uint8Array, void, void>;
}

/** Opens a stretch of a file. The chunks end early, or throw, when the connection breaks. */
export async function openSpan(
  url: string,
  { first, end }: Span,
  signal: AbortSignal,
  platform: WeightsPlatform,
): Promise<Opened> {
  const response = await request(url, `bytes=${first}-${end - 1}`, signal, platform);
  const partial = response.status === 206;
  const range = /^bytes (\d+)-/.exec(response.headers.get("Content-Range") ?? "");
  if (partial && range !== null && Number(range[1]) !== first) {
    discard(response);
    throw new Interrupted("the host sent another range");
  }
  return {
    sizeBytes: sizeOf(response),
    version: versionOf(response),
    offset: partial ? first : 0,
    chunks: chunksOf(response, signal, platform),
  };
}

/** Repeats `attempt` with growing pauses. It tells by `progressed` that it got somewhere: then it may fail anew. */
export async function retrying<T>(
  { signal, platform }: { signal: AbortSignal; platform: WeightsPlatform },
  attempt: (progressed: () => void) => Promise<T>,
): Promise<T> {
  let tries = 0;
  for (;;) {
    throwIfAborted(signal);
    try {
      return await attempt(() => {
        tries = 0;
      });
    } catch (error) {
      if (signal.aborted) throw abortedError();
      if (!(error instanceof Interrupted)) throw error;
      tries += 1;
      if (tries >= MAX_TRIES) throw new EngineError("download-failed", `Gave up: ${error.message}.`);
      await pause(jittered(backoffMs(tries - 1, RETRY)), signal, platform);
    }
  }
}

/** For a stream that ended before its end. */
export function interrupted(message: string): Error {
  return new Interrupted(message);
}

async function request(
  url: string,
  range: string | null,
  signal: AbortSignal,
  platform: WeightsPlatform,
): Promise<Response> {
  const controller = new AbortController();
  const abort = () => controller.abort();
  const cancelTimeout = platform.after(RESPONSE_TIMEOUT_MS, abort);
  signal.addEventListener("abort", abort, { once: true });
  let response: Response;
  try {
    const headers: HeadersInit = range === null ? {} : { Range: range };
    // The store keeps what comes; the browser's own cache would keep it a second time.
    response = await platform.fetch(url, { headers, cache: "no-store", signal: controller.signal });
  } catch {
    throw new Interrupted("the host can't be reached");
  } finally {
    cancelTimeout();
    // From here on the body is ended by its reader.
    signal.removeEventListener("abort", abort);
  }
  if (response.ok || isEmptyFile(response)) return response;
  discard(response);
  throw failureOf(response.status);
}

function failureOf(status: number): Error {
  if (status === 416) return new Interrupted("the host hasn't got that range");
  if (status === 408 || status === 429 || status >= 500)
    return new Interrupted(`the host answered ${status}`);
  return new EngineError("model-missing", `The host hasn't got this model (${status}).`);
}

async function* chunksOf(
  response: Response,
  signal: AbortSignal,
  platform: WeightsPlatform,
): AsyncGenerator<Uint8Array, void, void> {
  const reader = response.body?.getReader();
  if (reader === undefined) return;
  try {
    for (;;) {
      const { done, value } = await readInTime(reader, signal, platform);
      if (done) return;
      yield value;
    }
  } finally {
    void reader.cancel().catch(() => undefined);
  }
}

function readInTime(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  signal: AbortSignal,
  platform: WeightsPlatform,
): Promise<ReadableStreamReadResult<Uint8Array>> {
  return new Promise((resolve, reject) => {
    const abort = () => end(() => reject(abortedError()));
    const cancel = platform.after(SILENCE_TIMEOUT_MS, () =>
      end(() => reject(new Interrupted("the host went silent"))),
    );
    const end = (settle: () => void) => {
      cancel();
      signal.removeEventListener("abort", abort);
      settle();
    };
    if (signal.aborted) return abort();
    signal.addEventListener("abort", abort, { once: true });
    reader.read().then(
      (result) => end(() => resolve(result)),
      () => end(() => reject(new Interrupted("the connection broke"))),
    );
  });
}

function discard(response: Response): void {
  void response.body?.cancel().catch(() => undefined);
}

/** The whole file's size: of a 206 from its range, of a 200 the length of the body. */
function sizeOf(response: Response): number | null {
  if (response.status === 200) return integerOf(response.headers.get("Content-Length"));
  return integerOf(/\/(\d+)$/.exec(response.headers.get("Content-Range") ?? "")?.[1] ?? null);
}

/** There is no first byte of an empty file, and the answer to asking for it is 416. */
function isEmptyFile(response: Response): boolean {
  return response.status === 416 && response.headers.get("Content-Range") === "bytes */0";
}

function versionOf(response: Response): string | null {
  const version = response.headers.get("ETag") ?? response.headers.get("Last-Modified");
  // One file has a weak tag on one server of a network of caches, and a strong one on the next.
  return version === null ? null : version.replace(/^W\//, "");
}

function integerOf(text: string | null): number | null {
  return text !== null && /^\d+$/.test(text) ? Number(text) : null;
}
