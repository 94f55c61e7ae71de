/** A host, a cache and a clock in memory, for tests of the store of weights. */
import type { PartCache, WeightsPlatform } from "./platform";

const CHUNK_BYTES = 7;
/** A second of the store's is ten milliseconds of the test's. */
const SPEED = 100;

export interface FakeFile {
  bytes: Uint8Array<ArrayBuffer>;
  etag: string;
}

/** Serves files as hubs do, and breaks as a test wants it to. */
export class FakeHost {
  readonly files = new Map<string, FakeFile>();
  /** What was asked: file and range. */
  readonly requests: string[] = [];
  /** The next body ends in an error after so many bytes. */
  cutAfter: number[] = [];
  /** The next answers have these statuses. */
  statuses: number[] = [];
  /** The next requests fail as they do without a network. */
  unreachable = 0;
  ignoresRanges = false;
  /** As without Access-Control-Expose-Headers. */
  hidesHeaders = false;
  /** Bodies never end, nor send anything. */
  silent = false;

  put(path: string, length: number, etag = '"one"'): FakeFile {
    const bytes = Uint8Array.from({ length }, (_, index) => (index * 7 + length) % 251);
    const file = { bytes, etag };
    this.files.set(path, file);
    return file;
  }

  async fetch(url: string, init: RequestInit): Promise<Response> {
    const path = url.split("/resolve/main/")[1] ?? url;
    const range = new Headers(init.headers).get("Range");
    this.requests.push(range === null ? path : `${path} ${range.replace("bytes=", "")}`);
    init.signal?.throwIfAborted();
    if (this.unreachable > 0) {
      this.unreachable -= 1;
      throw new TypeError("Failed to fetch");
    }
    const status = this.statuses.shift();
    if (status !== undefined) return new Response("no", { status });
    const file = this.files.get(path);
    if (file === undefined) return new Response("no", { status: 404 });
    return this.#answer(file, range, init.signal ?? null);
  }

  #answer({ bytes, etag }: FakeFile, range: string | null, signal: AbortSignal | null): Response {
    const [first, last] = (range ?? "").replace("bytes=", "").split("-").map(Number);
    const whole = range === null || this.ignoresRanges;
    const total = bytes.length;
    if (!whole && total === 0)
      return new Response(null, { status: 416, headers: { "Content-Range": "bytes */0" } });
    const body = whole ? bytes : bytes.slice(first, (last ?? 0) + 1);
    const headers = new Headers({ "Content-Length": String(body.length) });
    if (!this.hidesHeaders) headers.set("ETag", etag);
    if (!whole && !this.hidesHeaders) headers.set("Content-Range", `bytes ${first}-${last}/${total}`);
    return new Response(this.#stream(body, signal), { status: whole ? 200 : 206, headers });
  }

  #stream(
    bytes: Uint8Array<ArrayBuffer>,
    signal: AbortSignal | null,
  ): ReadableStream<Uint8Array<ArrayBuffer>> {
    // The single byte that a size is asked with is not a body that a test means to cut.
    const cutAfter = bytes.length > 1 ? this.cutAfter.shift() : undefined;
    const silent = this.silent;
    let sent = 0;
    return new ReadableStream({
      async pull(controller) {
        if (silent) return new Promise(() => undefined);
        await new Promise((resolve) => setTimeout(resolve));
        if (signal?.aborted === true || (cutAfter !== undefined && sent >= cutAfter)) {
          controller.error(new TypeError("network error"));
          return;
        }
        const chunk = bytes.slice(sent, Math.min(sent + CHUNK_BYTES, cutAfter ?? bytes.length));
        sent += chunk.length;
        if (chunk.length > 0) controller.enqueue(chunk);
        if (sent === bytes.length) controller.close();
      },
    });
  }
}

/** The Cache API, as much of it as the store uses. */
export class FakeCache implements PartCache {
  readonly entries = new Map<string, { bytes: Uint8Array<ArrayBuffer>; headers: Headers }>();
  /** Writing fails as on a full disk once so many entries are there. */
  room = Number.POSITIVE_INFINITY;

  async match(request: RequestInfo | URL): Promise<Response | undefined> {
    const entry = this.entries.get(urlOf(request));
    return entry && new Response(entry.bytes.slice(), { headers: entry.headers });
  }

  async put(request: RequestInfo | URL, response: Response): Promise<void> {
    if (this.entries.size >= this.room) throw new DOMException("full", "QuotaExceededError");
    const bytes = new Uint8Array(await response.arrayBuffer());
    this.entries.set(urlOf(request), { bytes, headers: response.headers });
  }

  async delete(request: RequestInfo | URL): Promise<boolean> {
    return this.entries.delete(urlOf(request));
  }

  async keys(request?: RequestInfo | URL, options?: CacheQueryOptions): Promise<readonly Request[]> {
    const bare = (url: string) => (options?.ignoreSearch === true ? (url.split("?")[0] ?? url) : url);
    const wanted = request === undefined ? null : bare(urlOf(request));
    const urls = [...this.entries.keys()].filter((url) => wanted === null || bare(url) === wanted);
    return urls.map((url) => new Request(url));
  }

  /** Addresses of the parts of a file, in order. */
  partsOf(path: string): string[] {
    return [...this.entries.keys()].filter((url) => url.includes(`/${path}?`)).sort();
  }
}

function urlOf(request: RequestInfo | URL): string {
  return request instanceof Request ? request.url : new URL(request).href;
}

export function fakePlatform(
  host: FakeHost,
  cache: FakeCache | null,
  freeBytes: number | null,
): WeightsPlatform {
  return {
    fetch: (url, init) => host.fetch(url, init),
    async openCache() {
      if (cache === null) throw new DOMException("not here", "SecurityError");
      return cache;
    },
    freeBytes: async () => freeBytes,
    nowMs: () => performance.now() * SPEED,
    after(ms, callback) {
      const timer = setTimeout(callback, ms / SPEED);
      return () => clearTimeout(timer);
    },
  };
}
