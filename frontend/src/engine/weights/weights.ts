/** The files of one model, brought to this disk and read from it, whole. */
import { EngineError, type LoadInput, type LoadProgress } from "../engine";
import {
  brokenError,
  type DownloadContext,
  download,
  fetchPart,
  isChangedError,
  lookUp,
  type WeightFile,
} from "./download";
import { CachePartStore, MemoryPartStore, type PartStore, sha256 } from "./part-store";
import { type Part, partCount, partSpan } from "./parts";
import { throwIfAborted, type WeightsPlatform } from "./platform";

export interface ReadHooks {
  onBytes: (bytes: number) => void;
  onEnd: () => void;
  /** The stream errors as well, but not every reader hands that on. */
  onError: (error: unknown) => void;
}

export interface Weights {
  /** Whether everything was here already, as far as it has been read. */
  readonly fromCache: boolean;
  totalBytes: number;
  paths: readonly string[];
  sizeOf(path: string): number | null;
  /** The file's bytes, each part checked; null for a file that isn't one of the build's. */
  read(path: string, hooks: ReadHooks): ReadableStream<Uint8Array<ArrayBuffer>> | null;
  /** Throws it all away: the runtime can make nothing of it, so the next start must not find it again. */
  forget(): Promise<void>;
}

/** Everything that can be refused is refused before the first large byte comes. */
export async function prepareWeights(
  { model, build, host }: LoadInput,
  onProgress: (progress: LoadProgress) => void,
  { signal, platform, partBytes }: { signal: AbortSignal; platform: WeightsPlatform; partBytes?: number },
): Promise<Weights> {
  onProgress({ phase: "checking" });
  const store = await openStore(platform);
  const context: DownloadContext = {
    store,
    platform,
    signal,
    ...(partBytes === undefined ? {} : { partBytes }),
  };
  const wanted = build.files.map((path) => ({
    id: { modelId: model.id, revision: model.revision, path },
    url: `${host}${model.id}/resolve/${encodeURIComponent(model.revision)}/${path}`,
  }));
  const files = await lookUp(wanted, context);
  const downloaded = await download(files, onProgress, context);
  const byPath = new Map(files.map((file) => [file.id.path, file]));
  return {
    get fromCache() {
      return !downloaded && !files.some(({ healed }) => healed === true);
    },
    totalBytes: files.reduce((bytes, file) => bytes + file.manifest.sizeBytes, 0),
    paths: [...byPath.keys()],
    sizeOf: (path) => byPath.get(path)?.manifest.sizeBytes ?? null,
    read(path, hooks) {
      const file = byPath.get(path);
      return file === undefined ? null : streamOf(file, context, hooks);
    },
    async forget() {
      for (const { id } of files) await store.forget(id);
    },
  };
}

async function openStore(platform: WeightsPlatform): Promise<PartStore> {
  try {
    return new CachePartStore(await platform.openCache());
  } catch {
    return new MemoryPartStore();
  }
}

function streamOf(
  file: WeightFile,
  context: DownloadContext,
  hooks: ReadHooks,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  const parts = partCount(file.manifest);
  let index = 0;
  const finish = (controller: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>>) => {
    if (index < parts) return;
    controller.close();
    hooks.onEnd();
  };
  return new ReadableStream<Uint8Array<ArrayBuffer>>(
    {
      start: finish,
      async pull(controller) {
        try {
          throwIfAborted(context.signal);
          const bytes = await readPart(file, index, context);
          index += 1;
          controller.enqueue(bytes);
          hooks.onBytes(bytes.length);
          finish(controller);
        } catch (error) {
          controller.error(error);
          hooks.onError(error);
        }
      },
    },
    // One part in memory at a time: the reader has room for the whole file already.
    { highWaterMark: 0 },
  );
}

async function readPart(
  file: WeightFile,
  index: number,
  context: DownloadContext,
): Promise<Uint8Array<ArrayBuffer>> {
  const stored = await context.store.read(file.id, file.manifest, index);
  const span = partSpan(index, file.manifest);
  if (stored?.intact === true && stored.bytes.length === span.end - span.first) return stored.bytes;
  const fresh = await fetchAgain(file, index, context);
  if (stored !== null && stored.digest !== null && stored.digest !== (await sha256(fresh.bytes))) {
    // The host has another file by now. What is kept of the old one is of no use to the next start either.
    await context.store.forget(file.id);
    throw brokenError(file);
  }
  file.healed = true;
  await keep(file, fresh, context);
  return fresh.bytes;
}

async function fetchAgain(file: WeightFile, index: number, context: DownloadContext): Promise<Part> {
  try {
    return await fetchPart(file, partSpan(index, file.manifest), context);
  } catch (error) {
    if (!isChangedError(error)) throw error;
    await context.store.forget(file.id);
    throw brokenError(file);
  }
}

/** A part that can't be stored is used all the same: it is here. */
async function keep(file: WeightFile, part: Part, { store }: DownloadContext): Promise<void> {
  try {
    await store.write(file.id, file.manifest, part);
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
  }
}
