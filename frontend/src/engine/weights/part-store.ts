/** Where parts are kept: on the disk by the Cache API, or in memory where a browser refuses that. */
import { type Decoded, integer, nullable, object, string } from "../../lib/decode";
import { EngineError } from "../engine";
import { type Part, partCount, partSpan } from "./parts";
import type { PartCache } from "./platform";

/** Which file it is, wherever it was served from. */
export interface FileId {
  modelId: string;
  revision: string;
  path: string;
}

/** What is known of a file whose parts are kept. `version` is the host's ETag or date, where it tells one. */
export const manifestDecoder = object({ sizeBytes: integer, partBytes: integer, version: nullable(string) });
export type Manifest = Decoded<typeof manifestDecoder>;

export interface StoredPart {
  bytes: Uint8Array<ArrayBuffer>;
  /** SHA-256 that was noted when it was stored; null when the note is gone. */
  digest: string | null;
  intact: boolean;
}

export interface PartStore {
  /** Whether it takes room on the disk. */
  readonly onDisk: boolean;
  manifest(file: FileId): Promise<Manifest | null>;
  /** Begins a file anew: parts of other versions go. */
  begin(file: FileId, manifest: Manifest): Promise<void>;
  present(file: FileId, manifest: Manifest): Promise<Set<number>>;
  write(file: FileId, manifest: Manifest, part: Part): Promise<void>;
  read(file: FileId, manifest: Manifest, index: number): Promise<StoredPart | null>;
  forget(file: FileId): Promise<void>;
}

const DIGEST_HEADER = "x-sha256";
const ORIGIN = "https://weights.invalid";

/**
 * Each part is an entry of its own, with its digest beside it, and its address names the version of the file. So
 * two tabs that write at once can't mix two versions, nor lose each other's notes.
 */
export class CachePartStore implements PartStore {
  readonly onDisk = true;

  constructor(readonly cache: PartCache) {}

  async manifest(file: FileId): Promise<Manifest | null> {
    try {
      const response = await this.cache.match(fileUrl(file));
      return response === undefined ? null : manifestDecoder(await response.json(), "manifest");
    } catch {
      return null; // Half written, or by another version of this page: the file begins anew.
    }
  }

  async begin(file: FileId, manifest: Manifest): Promise<void> {
    await this.#put(fileUrl(file), Response.json(manifest));
    for (const key of await this.#keysOf(file)) {
      const version = new URL(key.url).searchParams.get("v");
      if (version !== null && version !== versionOf(manifest)) await this.cache.delete(key);
    }
  }

  async present(file: FileId, manifest: Manifest): Promise<Set<number>> {
    const stored = new Set((await this.#keysOf(file)).map((key) => key.url));
    const indexes = Array.from({ length: partCount(manifest) }, (_, index) => index);
    return new Set(indexes.filter((index) => stored.has(partUrl(file, manifest, index))));
  }

  async write(file: FileId, manifest: Manifest, { index, bytes }: Part): Promise<void> {
    const headers = { [DIGEST_HEADER]: await sha256(bytes) };
    await this.#put(partUrl(file, manifest, index), new Response(bytes, { headers }));
  }

  async read(file: FileId, manifest: Manifest, index: number): Promise<StoredPart | null> {
    try {
      const response = await this.cache.match(partUrl(file, manifest, index));
      if (response === undefined) return null;
      const digest = response.headers.get(DIGEST_HEADER);
      const bytes = new Uint8Array(await response.arrayBuffer());
      return { bytes, digest, intact: digest === (await sha256(bytes)) };
    } catch {
      return null; // The disk failed to read it.
    }
  }

  async forget(file: FileId): Promise<void> {
    for (const key of await this.#keysOf(file)) await this.cache.delete(key);
  }

  #keysOf(file: FileId): Promise<readonly Request[]> {
    return this.cache.keys(fileUrl(file), { ignoreSearch: true });
  }

  /** Browsers name a full disk in many ways; whatever it is, nothing more can be kept. */
  async #put(url: string, response: Response): Promise<void> {
    try {
      await this.cache.put(url, response);
    } catch (error) {
      const reason = error instanceof Error ? error.name : "unknown";
      throw new EngineError("disk-full", `The browser could not store the model (${reason}).`);
    }
  }
}

/** For one loading. A large part is given away when it is read: it would be in memory twice otherwise. */
export class MemoryPartStore implements PartStore {
  readonly onDisk = false;
  readonly #manifests = new Map<string, Manifest>();
  readonly #parts = new Map<string, Uint8Array<ArrayBuffer>>();

  async manifest(file: FileId): Promise<Manifest | null> {
    return this.#manifests.get(fileUrl(file)) ?? null;
  }

  async begin(file: FileId, manifest: Manifest): Promise<void> {
    await this.forget(file);
    this.#manifests.set(fileUrl(file), manifest);
  }

  async present(file: FileId, manifest: Manifest): Promise<Set<number>> {
    const indexes = Array.from({ length: partCount(manifest) }, (_, index) => index);
    return new Set(indexes.filter((index) => this.#parts.has(partUrl(file, manifest, index))));
  }

  async write(file: FileId, manifest: Manifest, { index, bytes }: Part): Promise<void> {
    this.#parts.set(partUrl(file, manifest, index), bytes);
  }

  async read(file: FileId, manifest: Manifest, index: number): Promise<StoredPart | null> {
    const url = partUrl(file, manifest, index);
    const bytes = this.#parts.get(url);
    if (bytes === undefined) return null;
    if (bytes.length === manifest.partBytes) this.#parts.delete(url);
    return { bytes, digest: null, intact: true };
  }

  async forget(file: FileId): Promise<void> {
    const url = fileUrl(file);
    this.#manifests.delete(url);
    for (const key of this.#parts.keys()) if (key.startsWith(`${url}?`)) this.#parts.delete(key);
  }
}

function fileUrl({ modelId, revision, path }: FileId): string {
  const encodedPath = path.split("/").map(encodeURIComponent).join("/");
  return `${ORIGIN}/${encodeURIComponent(modelId)}/${encodeURIComponent(revision)}/${encodedPath}`;
}

/** The address says how many bytes it holds, so that the disk can be added up without reading it. */
function partUrl(file: FileId, manifest: Manifest, index: number): string {
  const { first, end } = partSpan(index, manifest);
  // A browser writes an apostrophe in a query as %27, and the addresses are compared as texts.
  const version = encodeURIComponent(versionOf(manifest)).replaceAll("'", "%27");
  return `${fileUrl(file)}?v=${version}&part=${index}&bytes=${end - first}`;
}

function versionOf({ sizeBytes, partBytes, version }: Manifest): string {
  return `${sizeBytes}-${partBytes}-${version ?? ""}`;
}

/** Reads an entry's address back: which model, and how many bytes. */
export function entryOf(url: string): { modelId: string; bytes: number } | null {
  const { origin, pathname, searchParams } = new URL(url);
  const modelId = pathname.split("/")[1];
  if (origin !== ORIGIN || modelId === undefined) return null;
  return { modelId: decodeURIComponent(modelId), bytes: Number(searchParams.get("bytes") ?? 0) };
}

export async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
