/** Sends one answer in numbered chunks: gathered, in order, each once, whatever the network does. */
import type { Clock } from "../lib/clock";
import { insist, type Lease } from "./lease";
import type { Kind, Piece } from "./thinking";
import { type ClaimedJob, expectedSeq, type WorkerApi } from "./worker-api";

/** A fast GPU says more than a hundred tokens a second; this makes at most 25 calls of them. */
export const GATHER_MS = 40;
/** The server's limit for one chunk. */
export const CHUNK_MAX_CHARS = 16_000;
/** The server takes no longer answer and counts no longer thoughts, so nothing beyond it is kept of either. */
export const ANSWER_MAX_CHARS = 256 * 1024;
/** How often the server may ask for chunks again that it had accepted. */
const REWINDS_MAX = 3;

export interface ChunkDeps {
  api: Pick<WorkerApi, "chunk">;
  job: ClaimedJob;
  lease: Lease;
  clock: Clock;
  /** Nothing is sent any more. */
  signal: AbortSignal;
}

/** `sent`: all was accepted. `stop`: the server wants no more. */
export type ChunksEnd = "sent" | "stop";

export class ChunkSender {
  readonly #deps: ChunkDeps;
  readonly #ended = new AbortController();
  /** All chunks of this lease, by their number: a server that lost some asks for them again. */
  readonly #chunks: Piece[] = [];
  /** What was said and not yet sent: answer and thoughts are never in one chunk. */
  readonly #pending: Piece[] = [];
  readonly #keptChars: Record<Kind, number> = { text: 0, reasoning: 0 };
  #asking = false;
  #leftAtMs = Number.NEGATIVE_INFINITY;
  #wake: () => void = () => undefined;

  constructor(deps: ChunkDeps) {
    this.#deps = deps;
    deps.signal.addEventListener("abort", () => this.#wake(), { once: true });
  }

  push({ kind, text }: Piece): void {
    const kept = text.slice(0, ANSWER_MAX_CHARS - this.#keptChars[kind]);
    if (kept === "") return;
    this.#keptChars[kind] += kept.length;
    const last = this.#pending.at(-1);
    if (last?.kind === kind) last.text += kept;
    else this.#pending.push({ kind, text: kept });
    this.#wake();
  }

  /** Nothing more will be said. */
  end(): void {
    this.#ended.abort();
    this.#wake();
  }

  /** Asks with an empty chunk whether the job is still ours. */
  ask(): void {
    this.#asking = true;
    this.#wake();
  }

  /** Sends until the end. Fails like `insist`. */
  async run(): Promise<ChunksEnd> {
    const { signal } = this.#deps;
    let seq = 0;
    let rewinds = 0;
    while (!signal.aborted) {
      const chunk = this.#chunks[seq] ?? (await this.#gather());
      if (chunk === null) return "sent";
      this.#chunks[seq] = chunk;
      try {
        if (await this.#send(seq, chunk)) return "stop";
        seq += 1;
      } catch (error) {
        const expected = expectedSeq(error);
        rewinds += 1;
        if (expected === null || expected >= seq || expected < 0 || rewinds > REWINDS_MAX) throw error;
        seq = expected;
      }
    }
    return "sent";
  }

  async #send(seq: number, chunk: Piece): Promise<boolean> {
    const { api, job, lease, signal } = this.#deps;
    this.#leftAtMs = this.#deps.clock.now();
    const stop = await insist(() => api.chunk(job, seq, chunk, signal), this.#deps);
    lease.renew();
    return stop;
  }

  /** Waits until there is something to send and it is time for it; null when all was said. */
  async #gather(): Promise<Piece | null> {
    const { clock, signal } = this.#deps;
    for (;;) {
      await this.#something();
      const restMs = this.#leftAtMs + GATHER_MS - clock.now();
      if (restMs > 0) await clock.sleep(restMs, this.#ended.signal);
      if (signal.aborted) return null;
      const asking = this.#asking;
      this.#asking = false;
      const chunk = this.#take();
      if (chunk.text !== "" || asking) return chunk;
      if (this.#over && this.#pending.length === 0) return null;
    }
  }

  async #something(): Promise<void> {
    while (!this.#sendable && !this.#asking && !this.#over && !this.#deps.signal.aborted) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  get #over(): boolean {
    return this.#ended.signal.aborted;
  }

  /** Half a character at the end waits for its other half. */
  get #sendable(): boolean {
    const [first, next] = this.#pending;
    return first !== undefined && (next !== undefined || first.text.length > 1 || !endsInHalf(first.text));
  }

  #take(): Piece {
    const [first, next] = this.#pending;
    if (first === undefined) return { kind: "text", text: "" };
    const { kind, text } = first;
    let length = Math.min(text.length, CHUNK_MAX_CHARS);
    const mayComplete = length < text.length || (next === undefined && !this.#over);
    if (mayComplete && endsInHalf(text.slice(0, length))) length -= 1;
    first.text = text.slice(length);
    if (first.text === "") this.#pending.shift();
    return { kind, text: sendable(text.slice(0, length)) };
  }
}

const LONE_HALF = /[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/g;

/** The server refuses text that a database or a stream can't carry, and one odd character isn't worth an answer. */
function sendable(text: string): string {
  return text.replaceAll("\0", "").replace(LONE_HALF, "\uFFFD");
}

function endsInHalf(text: string): boolean {
  const last = text.charCodeAt(text.length - 1);
  return last >= 0xd800 && last <= 0xdbff;
}
