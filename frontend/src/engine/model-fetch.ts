/** The `fetch` that transformers.js gets: it answers from the weights we hold, and never asks the network. */
import type { Weights } from "./weights/weights";

/** An address of nobody's. The library mixes revisions up when it looks for files, so none is in it. */
export const REMOTE_HOST = "https://weights.invalid/";
export const REMOTE_PATH = "{model}/-/";
const FOLDER = "/-/";

export interface ModelFetch {
  fetch: typeof fetch;
  /** Rejects when reading a file fails. Never resolves. */
  failed: Promise<never>;
}

export function modelFetch(
  weights: Weights,
  { onBytes, onAllRead }: { onBytes: (bytes: number) => void; onAllRead: () => void },
): ModelFetch {
  let reject: (error: unknown) => void = () => undefined;
  const failed = new Promise<never>((_resolve, rejectFailed) => {
    reject = rejectFailed;
  });
  failed.catch(() => undefined);
  const unread = new Set(weights.paths.filter((path) => path.includes(".onnx")));

  async function answer(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
    const path = pathOf(input);
    const size = path === null ? null : weights.sizeOf(path);
    if (path === null || size === null) return new Response(null, { status: 404 });
    // The library asks for the first byte to learn the size.
    if (new Headers(init?.headers).has("Range")) {
      return new Response(null, { status: 206, headers: { "content-range": `bytes 0-0/${size}` } });
    }
    const body = weights.read(path, { onBytes, onEnd: () => ended(path), onError: reject });
    return new Response(body, { headers: { "content-length": String(size) } });
  }

  function ended(path: string): void {
    if (unread.delete(path) && unread.size === 0) onAllRead();
  }

  return { fetch: answer, failed };
}

function pathOf(input: RequestInfo | URL): string | null {
  const url = input instanceof Request ? input.url : String(input);
  const at = url.indexOf(FOLDER);
  return at < 0 ? null : decodeURI(url.slice(at + FOLDER.length));
}
