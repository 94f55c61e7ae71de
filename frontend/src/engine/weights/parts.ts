/** A file is kept in parts, so that what is there already needn't come again. Only arithmetic here. */

export const PART_BYTES = 8 * 1024 * 1024;

/** Bytes from `first` up to, not including, `end`. */
export interface Span {
  first: number;
  end: number;
}

export interface Division {
  sizeBytes: number;
  partBytes: number;
}

export interface Part {
  index: number;
  bytes: Uint8Array<ArrayBuffer>;
}

export function partCount({ sizeBytes, partBytes }: Division): number {
  return Math.ceil(sizeBytes / partBytes);
}

export function partSpan(index: number, { sizeBytes, partBytes }: Division): Span {
  return { first: index * partBytes, end: Math.min(sizeBytes, (index + 1) * partBytes) };
}

export function presentBytes(present: ReadonlySet<number>, division: Division): number {
  let bytes = 0;
  for (const index of present) {
    const { first, end } = partSpan(index, division);
    bytes += end - first;
  }
  return bytes;
}

/** What is missing, neighbours joined: one request for each. */
export function missingStretches(present: ReadonlySet<number>, division: Division): Span[] {
  const stretches: Span[] = [];
  for (let index = 0; index < partCount(division); index += 1) {
    if (present.has(index)) continue;
    const span = partSpan(index, division);
    const last = stretches.at(-1);
    if (last?.end === span.first) last.end = span.end;
    else stretches.push(span);
  }
  return stretches;
}

/** Cuts a stretch into parts as its bytes arrive. It survives a broken connection, half a part included. */
export class PartCutter {
  /** The next byte of the file that is wanted. */
  position: number;
  #buffer: Uint8Array<ArrayBuffer> | null = null;

  constructor(
    readonly stretch: Span,
    readonly division: Division,
  ) {
    this.position = stretch.first;
  }

  get done(): boolean {
    return this.position >= this.stretch.end;
  }

  /**
   * Takes bytes that begin at `offset` of the file, at most at `position`; yields parts that are complete.
   * Bytes that are here already or weren't asked for are left out.
   */
  *push(offset: number, chunk: Uint8Array): Generator<Part, void, void> {
    if (offset > this.position) throw new Error("a gap in a download");
    let rest = chunk.subarray(Math.min(chunk.length, this.position - offset));
    while (rest.length > 0 && !this.done) {
      const index = Math.floor(this.position / this.division.partBytes);
      const { first, end } = partSpan(index, this.division);
      this.#buffer ??= new Uint8Array(end - first);
      const taken = rest.subarray(0, end - this.position);
      this.#buffer.set(taken, this.position - first);
      this.position += taken.length;
      rest = rest.subarray(taken.length);
      if (this.position === end) {
        const bytes = this.#buffer;
        this.#buffer = null;
        yield { index, bytes };
      }
    }
  }
}
