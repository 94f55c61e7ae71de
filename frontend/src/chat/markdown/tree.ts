/**
 * An answer as a tree that the page draws element by element. Nothing in it is HTML: whatever a model writes ends
 * as text, as one of these few elements, or as an address that `links.ts` has looked at.
 */

export type Block =
  | { type: "paragraph"; inlines: readonly Inline[] }
  | { type: "heading"; level: number; inlines: readonly Inline[] }
  | { type: "code"; language: string; text: string; open: boolean }
  | { type: "math"; tex: string; open: boolean }
  | { type: "quote"; blocks: readonly Block[] }
  | { type: "list"; start: number | null; items: readonly ListItem[] }
  | { type: "table"; align: readonly Align[]; head: readonly Cell[]; rows: readonly (readonly Cell[])[] }
  | { type: "rule" }
  /** `open`: its end hasn't been written yet. */
  | { type: "details"; summary: readonly Inline[]; blocks: readonly Block[]; open: boolean }
  /** What a footnote's mark leads to. */
  | { type: "note"; label: string; blocks: readonly Block[] }
  /** What isn't parsed any further: it is nested too deeply, or there is too much of it. */
  | { type: "plain"; text: string };

export interface ListItem {
  /** Of a task list: whether the box is ticked. */
  task: boolean | null;
  blocks: readonly Block[];
}

export type Align = "left" | "center" | "right" | null;
export type Cell = readonly Inline[];

export type Inline =
  | { type: "text"; text: string }
  | { type: "strong" | "emphasis" | "strike" | "sub" | "sup" | "kbd"; inlines: readonly Inline[] }
  | { type: "code"; text: string }
  | { type: "math"; tex: string; display: boolean }
  | { type: "link"; href: string; inlines: readonly Inline[] }
  /** Never loaded: shown as a link to it, or as its words where the address is none that we link to. */
  | { type: "image"; href: string | null; alt: string }
  | { type: "note-mark"; label: string }
  | { type: "break" };

/** A top-level block and how much there is of it, in characters of its source. */
export interface Piece {
  block: Block;
  chars: number;
}
