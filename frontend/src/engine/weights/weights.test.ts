import { beforeEach, describe, expect, it } from "vitest";
import type { LoadInput, LoadProgress } from "../engine";
import { FakeCache, FakeHost, fakePlatform } from "./fakes";
import { prepareWeights, type Weights } from "./weights";

const LARGE = "onnx/model_q4.onnx";
const PART_BYTES = 10;
const PLENTY = 10e9;

let host: FakeHost;
let cache: FakeCache;
let progress: LoadProgress[];
let stop: AbortController;

beforeEach(() => {
  host = new FakeHost();
  host.put("config.json", 4);
  host.put(LARGE, 45);
  cache = new FakeCache();
  progress = [];
  stop = new AbortController();
});

function input(revision = "main"): LoadInput {
  const names = { id: "alice/small", name: "Small", about: "", revision, license: "MIT" };
  const sizes = { downloadBytes: 49, memoryBytes: 1, largestBufferBytes: 1 };
  const build = { dtype: "q4" as const, files: ["config.json", LARGE], ...sizes };
  const model = { ...names, contextTokens: 100, maxNewTokens: 10, builds: [build] };
  return { model, build, host: "https://models.example/" };
}

interface Given {
  onDisk?: FakeCache | null;
  freeBytes?: number | null;
  onProgress?: (now: LoadProgress) => void;
}

function prepare({ onDisk = cache, freeBytes = PLENTY, onProgress }: Given = {}): Promise<Weights> {
  const tell = (now: LoadProgress) => {
    progress.push(now);
    onProgress?.(now);
  };
  const platform = fakePlatform(host, onDisk, freeBytes);
  return prepareWeights(input(), tell, { signal: stop.signal, platform, partBytes: PART_BYTES });
}

async function readAll(weights: Weights, path = LARGE): Promise<Uint8Array> {
  const quiet = { onBytes: () => undefined, onEnd: () => undefined, onError: () => undefined };
  const stream = weights.read(path, quiet);
  if (stream === null) throw new Error(`${path} isn't there`);
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** Stopped once so many bytes are here, as by a closed tab. */
async function prepareUntil(bytes: number): Promise<void> {
  const stopped = prepare({
    onProgress: (now) => {
      if (now.phase === "downloading" && now.loadedBytes >= bytes) stop.abort();
    },
  });
  await expect(stopped).rejects.toMatchObject({ problem: "aborted" });
  stop = new AbortController();
  host.requests.length = 0;
}

describe("a first start", () => {
  it("asks all sizes, then fetches each file with one request", async () => {
    const weights = await prepare();
    expect(host.requests).toEqual(["config.json 0-0", `${LARGE} 0-0`, "config.json 0-3", `${LARGE} 0-44`]);
    expect(weights).toMatchObject({ fromCache: false, totalBytes: 49, paths: ["config.json", LARGE] });
    expect(await readAll(weights)).toEqual(host.files.get(LARGE)?.bytes);
    expect(await readAll(weights, "config.json")).toEqual(host.files.get("config.json")?.bytes);
    expect(cache.partsOf(LARGE)).toHaveLength(5);
  });

  it("tells of all files together, without going back", async () => {
    await prepare();
    expect(progress[0]).toEqual({ phase: "checking" });
    const loaded = progress.flatMap((now) => (now.phase === "downloading" ? [now.loadedBytes] : []));
    expect(loaded[0]).toBe(0);
    expect(loaded.at(-1)).toBe(49);
    expect(loaded).toEqual([...loaded].sort((one, other) => one - other));
  });

  it("knows no file that isn't the build's", async () => {
    const weights = await prepare();
    expect(weights.sizeOf("tokenizer.json")).toBeNull();
    expect(weights.sizeOf(LARGE)).toBe(45);
  });

  it("takes empty files", async () => {
    host.put("config.json", 0);
    expect(await readAll(await prepare(), "config.json")).toHaveLength(0);
  });
});

describe("a second start", () => {
  it("makes no request at all", async () => {
    await prepare();
    host.requests.length = 0;
    const weights = await prepare();
    expect(await readAll(weights)).toEqual(host.files.get(LARGE)?.bytes);
    expect(weights.fromCache).toBe(true);
    expect(host.requests).toEqual([]);
  });

  it("goes on where a closed tab was", async () => {
    await prepareUntil(4 + 25);
    const stored = cache.partsOf(LARGE).length;
    expect(stored).toBeGreaterThanOrEqual(2);
    const weights = await prepare();
    expect(host.requests).toEqual([`${LARGE} ${stored * PART_BYTES}-44`]);
    expect(await readAll(weights)).toEqual(host.files.get(LARGE)?.bytes);
    expect(progress.some((now) => now.phase === "downloading" && now.loadedBytes === 4 + stored * 10)).toBe(
      true,
    );
  });

  it("fetches what was evicted in one request for each gap", async () => {
    await prepare();
    const parts = cache.partsOf(LARGE);
    for (const index of [1, 2, 4]) cache.entries.delete(parts[index] ?? "");
    host.requests.length = 0;
    expect(await readAll(await prepare())).toEqual(host.files.get(LARGE)?.bytes);
    expect(host.requests).toEqual([`${LARGE} 10-29`, `${LARGE} 40-44`]);
  });

  it("begins anew with a file that changed on its host", async () => {
    await prepareUntil(4 + 25);
    const changed = host.put(LARGE, 38, '"two"');
    const weights = await prepare();
    expect(await readAll(weights)).toEqual(changed.bytes);
    expect(weights.totalBytes).toBe(42);
    expect(cache.partsOf(LARGE)).toHaveLength(4);
  });

  it.each([
    ['"two"', 2],
    ['W/"one"', 1],
  ])("looks at the tag %s as well as the size: %i requests", async (etag, requests) => {
    await prepareUntil(4 + 25);
    const file = host.put(LARGE, 45, etag);
    file.bytes[44] = 99;
    expect(await readAll(await prepare())).toEqual(file.bytes);
    expect(host.requests.filter((request) => !request.endsWith(" 0-0"))).toHaveLength(requests);
  });

  it("gives up on a file that changes with each try", async () => {
    let version = 0;
    host.cutAfter = [4, 12, 12, 12, 12];
    const changing = prepare({
      onProgress: (now) => {
        if (now.phase !== "downloading" || now.loadedBytes < 8) return;
        version += 1;
        host.put(LARGE, 45, `"${version}"`);
      },
    });
    await expect(changing).rejects.toMatchObject({ problem: "weights-broken" });
  });
});

describe("a bad part", () => {
  beforeEach(async () => {
    await prepare();
    host.requests.length = 0;
  });

  async function tamper(
    index: number,
    change: (bytes: Uint8Array) => Uint8Array<ArrayBuffer>,
  ): Promise<void> {
    const entry = cache.entries.get(cache.partsOf(LARGE)[index] ?? "");
    if (entry === undefined) throw new Error("no such part");
    entry.bytes = change(entry.bytes);
  }

  it.each<[string, (bytes: Uint8Array) => Uint8Array<ArrayBuffer>]>([
    [
      "with a wrong byte",
      (bytes) => Uint8Array.from(bytes, (byte, index) => (index === 3 ? byte ^ 1 : byte)),
    ],
    ["that is too short", (bytes) => bytes.slice(0, 4)],
    ["that is empty", () => new Uint8Array(0)],
  ])("%s is fetched again by itself, once", async (_name, change) => {
    await tamper(2, change);
    const weights = await prepare();
    expect(await readAll(weights)).toEqual(host.files.get(LARGE)?.bytes);
    expect(host.requests).toEqual([`${LARGE} 20-29`]);
    expect(weights.fromCache).toBe(false);
    expect(await readAll(await prepare())).toEqual(host.files.get(LARGE)?.bytes);
    expect(host.requests).toHaveLength(1);
  });

  it("is an error when the host has another file by now, and the next start begins anew", async () => {
    await tamper(2, (bytes) => bytes.slice(0, 4));
    const changed = host.put(LARGE, 45, '"two"');
    changed.bytes[22] = 0;
    await expect(readAll(await prepare())).rejects.toMatchObject({ problem: "weights-broken" });
    expect(await readAll(await prepare())).toEqual(changed.bytes);
  });

  it("is an error when what comes isn't what was stored, though the host says it is", async () => {
    await tamper(2, (bytes) => bytes.slice(0, 4));
    const file = host.files.get(LARGE);
    if (file !== undefined) file.bytes[22] = 0;
    await expect(readAll(await prepare())).rejects.toMatchObject({ problem: "weights-broken" });
    expect(cache.partsOf(LARGE)).toEqual([]);
  });

  it("leaves a rubbish manifest to be written anew", async () => {
    for (const [url, entry] of cache.entries) if (!url.includes("?")) entry.bytes = new Uint8Array([1, 2]);
    const weights = await prepare();
    expect(await readAll(weights)).toEqual(host.files.get(LARGE)?.bytes);
  });
});

describe("a bad connection", () => {
  it("is taken up again at the very byte, half a part included", async () => {
    host.cutAfter = [4, 23, 9];
    const weights = await prepare();
    expect(host.requests.slice(2)).toEqual([
      "config.json 0-3",
      `${LARGE} 0-44`,
      `${LARGE} 23-44`,
      `${LARGE} 32-44`,
    ]);
    expect(await readAll(weights)).toEqual(host.files.get(LARGE)?.bytes);
  });

  it("is waited for, and given up in the end", async () => {
    host.unreachable = 5;
    await prepare();
    host.unreachable = 100;
    const failed = prepare({ onDisk: new FakeCache() });
    await expect(failed).rejects.toMatchObject({ problem: "download-failed" });
    expect(host.unreachable).toBe(94);
  });

  it("may break again and again while it brings something", async () => {
    host.cutAfter = [4, ...Array.from({ length: 12 }, () => 3)];
    expect(await readAll(await prepare())).toEqual(host.files.get(LARGE)?.bytes);
  });

  it("that is silent is a broken one", async () => {
    host.silent = true;
    setTimeout(() => {
      host.silent = false;
    }, 50);
    expect(await readAll(await prepare())).toEqual(host.files.get(LARGE)?.bytes);
  });

  it.each([429, 500, 503])("%i is tried again", async (status) => {
    host.statuses = [status, status];
    expect((await prepare()).totalBytes).toBe(49);
  });

  it.each([401, 403, 404, 410])("%i is not: the model is missing", async (status) => {
    host.statuses = [status];
    await expect(prepare()).rejects.toMatchObject({ problem: "model-missing" });
    expect(host.requests).toHaveLength(1);
  });
});

describe("a host", () => {
  it("that ignores ranges is read from the beginning, without storing twice", async () => {
    host.ignoresRanges = true;
    host.cutAfter = [99, 99, 99, 23];
    expect(await readAll(await prepare())).toEqual(host.files.get(LARGE)?.bytes);
  });

  it("whose headers are hidden is asked for the length of all of it", async () => {
    host.hidesHeaders = true;
    expect(await readAll(await prepare())).toEqual(host.files.get(LARGE)?.bytes);
    expect(host.requests.slice(0, 2)).toEqual(["config.json 0-0", "config.json"]);
  });
});

describe("the disk", () => {
  it("is asked for room before anything large is fetched", async () => {
    await expect(prepare({ freeBytes: 1e6 })).rejects.toMatchObject({ problem: "disk-full" });
    expect(host.requests).toEqual(["config.json 0-0", `${LARGE} 0-0`]);
  });

  it("may not tell", async () => {
    expect((await prepare({ freeBytes: null })).totalBytes).toBe(49);
  });

  it("that gets full while writing is a full disk", async () => {
    cache.room = 5;
    await expect(prepare()).rejects.toMatchObject({ problem: "disk-full" });
  });

  it("that isn't there at all is done without", async () => {
    const weights = await prepare({ onDisk: null, freeBytes: 0 });
    expect(await readAll(weights)).toEqual(host.files.get(LARGE)?.bytes);
    expect(await readAll(weights, "config.json")).toHaveLength(4);
  });

  it("of two tabs that load at once holds one model", async () => {
    const [one, other] = await Promise.all([prepare(), prepare()]);
    expect(await readAll(one)).toEqual(await readAll(other));
    expect(cache.partsOf(LARGE)).toHaveLength(5);
  });
});

describe("stopping", () => {
  it("ends it at once, also in the middle of a wait", async () => {
    host.unreachable = 100;
    const failed = prepare();
    setTimeout(() => stop.abort(), 5);
    // Its waits are longer than a test may take.
    await expect(failed).rejects.toMatchObject({ problem: "aborted" });
  });

  it("ends it while nothing comes", async () => {
    host.silent = true;
    const failed = prepare();
    setTimeout(() => stop.abort(), 5);
    await expect(failed).rejects.toMatchObject({ problem: "aborted" });
  });
});
