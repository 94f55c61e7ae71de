/** Brings the files of a model to this disk: what is missing, and only that. */
import { EngineError, type LoadProgress } from "../engine";
import { askHead, interrupted, openSpan, retrying } from "./http";
import type { FileId, Manifest, PartStore } from "./part-store";
import { missingStretches, PART_BYTES, type Part, PartCutter, presentBytes, type Span } from "./parts";
import { throwIfAborted, type WeightsPlatform } from "./platform";
import { RateMeter, secondsLeft } from "./rate";

/** Room to leave on the disk for whatever else the browser keeps. */
const SPARE_BYTES = 32 * 1024 * 1024;
const MIN_PROGRESS_MS = 100;
/** So that a stalled download shows a rate that falls. */
const TICK_MS = 1_000;
/** A file that changes on its host while it is fetched is begun again so often. */
const MAX_RESTARTS = 1;

/** A file of the model, where it is and how it is kept. */
export interface WeightFile {
  id: FileId;
  url: string;
  manifest: Manifest;
  /** A part of it had gone bad and was fetched again. */
  healed?: boolean;
}

export interface DownloadContext {
  store: PartStore;
  platform: WeightsPlatform;
  signal: AbortSignal;
  partBytes?: number;
}

/** The host serves another file under this address than the one that was begun. */
class Changed extends Error {}

/** Looks up what is kept of each file, and asks the host about those of which nothing is. */
export async function lookUp(
  files: readonly { id: FileId; url: string }[],
  context: DownloadContext,
): Promise<WeightFile[]> {
  const found: WeightFile[] = [];
  for (const { id, url } of files) {
    throwIfAborted(context.signal);
    const manifest = (await context.store.manifest(id)) ?? (await freshManifest(url, context));
    found.push({ id, url, manifest });
  }
  return found;
}

/** Fetches what is missing. Resolves to whether anything was. */
export async function download(
  files: readonly WeightFile[],
  onProgress: (progress: LoadProgress) => void,
  context: DownloadContext,
): Promise<boolean> {
  const loaded = new Map<WeightFile, number>();
  for (const file of files) {
    loaded.set(file, presentBytes(await context.store.present(file.id, file.manifest), file.manifest));
  }
  const missing = files.filter((file) => loaded.get(file) !== file.manifest.sizeBytes);
  if (missing.length === 0) return false;
  const sum = () => [...loaded.values()].reduce((bytes, more) => bytes + more, 0);
  const total = () => files.reduce((bytes, file) => bytes + file.manifest.sizeBytes, 0);
  await ensureRoom(total() - sum(), context);
  const meter = new ProgressMeter(sum, total, onProgress, context.platform);
  try {
    for (const file of missing) {
      await fetchFile(file, context, (bytes, startedAnewAt) => {
        loaded.set(file, startedAnewAt ?? (loaded.get(file) ?? 0) + bytes);
        meter.arrived(bytes);
      });
    }
  } finally {
    meter.close();
  }
  return true;
}

/** Fetches one part that went bad. */
export async function fetchPart(file: WeightFile, span: Span, context: DownloadContext): Promise<Part> {
  let fetched: Part | null = null;
  await fetchStretch(file, span, context, async (part) => {
    fetched = part;
  });
  if (fetched === null) throw new EngineError("weights-broken", "A part of the model is empty.");
  return fetched;
}

async function freshManifest(
  url: string,
  { signal, platform, partBytes }: DownloadContext,
): Promise<Manifest> {
  return { ...(await askHead(url, signal, platform)), partBytes: partBytes ?? PART_BYTES };
}

async function ensureRoom(missingBytes: number, { store, platform }: DownloadContext): Promise<void> {
  if (!store.onDisk) return;
  const free = await platform.freeBytes();
  if (free !== null && free < missingBytes + SPARE_BYTES) {
    const [needed, there] = [missingBytes + SPARE_BYTES, free].map((bytes) => Math.round(bytes / 1e6));
    throw new EngineError("disk-full", `The browser has ${there} MB of room; the model needs ${needed} MB.`);
  }
}

type OnBytes = (bytes: number, startedAnewAt?: number) => void;

async function fetchFile(file: WeightFile, context: DownloadContext, onBytes: OnBytes): Promise<void> {
  const { store } = context;
  for (let restarts = 0; ; restarts += 1) {
    if ((await store.manifest(file.id)) === null) await store.begin(file.id, file.manifest);
    const present = await store.present(file.id, file.manifest);
    try {
      for (const stretch of missingStretches(present, file.manifest)) {
        await fetchStretch(
          file,
          stretch,
          context,
          (part) => store.write(file.id, file.manifest, part),
          onBytes,
        );
      }
      return;
    } catch (error) {
      if (!(error instanceof Changed)) throw error;
      if (restarts >= MAX_RESTARTS) throw brokenError(file);
      file.manifest = await freshManifest(file.url, context);
      await store.begin(file.id, file.manifest);
      onBytes(0, 0);
    }
  }
}

/** One stretch, across broken connections. */
async function fetchStretch(
  file: WeightFile,
  stretch: Span,
  context: DownloadContext,
  onPart: (part: Part) => Promise<void>,
  onBytes: OnBytes = () => undefined,
): Promise<void> {
  const { signal, platform } = context;
  const cutter = new PartCutter(stretch, file.manifest);
  await retrying(context, async (progressed) => {
    const opened = await openSpan(file.url, { first: cutter.position, end: stretch.end }, signal, platform);
    let offset = opened.offset;
    try {
      if (isChanged(file, opened)) throw new Changed();
      for await (const chunk of opened.chunks) {
        const before = cutter.position;
        for (const part of cutter.push(offset, chunk)) await onPart(part);
        offset += chunk.length;
        if (cutter.position > before) progressed();
        onBytes(cutter.position - before);
        if (cutter.done) return;
      }
    } finally {
      void opened.chunks.return();
    }
    throw interrupted("the connection ended early");
  });
}

function isChanged(
  { id, manifest }: WeightFile,
  now: { sizeBytes: number | null; version: string | null },
): boolean {
  if (now.sizeBytes !== null && now.sizeBytes !== manifest.sizeBytes) return true;
  // What a commit's full hash names never changes, though the tags of a network of caches may.
  if (/^[0-9a-f]{40}$/.test(id.revision)) return false;
  return now.version !== null && manifest.version !== null && now.version !== manifest.version;
}

export function isChangedError(error: unknown): boolean {
  return error instanceof Changed;
}

export function brokenError({ id }: WeightFile): EngineError {
  return new EngineError("weights-broken", `${id.path} isn't what the host promised.`);
}

/** Tells how far the download is, a few times a second, also while nothing comes. */
class ProgressMeter {
  readonly #rate: RateMeter;
  #lastMs = Number.NEGATIVE_INFINITY;
  #cancelTick: () => void;

  constructor(
    readonly loadedBytes: () => number,
    readonly totalBytes: () => number,
    readonly onProgress: (progress: LoadProgress) => void,
    readonly platform: WeightsPlatform,
  ) {
    this.#rate = new RateMeter(platform.nowMs());
    this.#tell();
    this.#cancelTick = platform.after(TICK_MS, () => this.#tick());
  }

  arrived(bytes: number): void {
    const nowMs = this.platform.nowMs();
    if (bytes > 0) this.#rate.add(bytes, nowMs);
    if (nowMs - this.#lastMs >= MIN_PROGRESS_MS) this.#tell();
  }

  close(): void {
    this.#cancelTick();
    this.#tell();
  }

  #tick(): void {
    this.#tell();
    this.#cancelTick = this.platform.after(TICK_MS, () => this.#tick());
  }

  #tell(): void {
    const nowMs = this.platform.nowMs();
    this.#lastMs = nowMs;
    const [loadedBytes, totalBytes] = [this.loadedBytes(), this.totalBytes()];
    const bytesPerSecond = this.#rate.bytesPerSecond(nowMs);
    this.onProgress({
      phase: "downloading",
      loadedBytes,
      totalBytes,
      bytesPerSecond,
      secondsLeft: secondsLeft(totalBytes - loadedBytes, bytesPerSecond),
    });
  }
}
