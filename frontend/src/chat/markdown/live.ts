/**
 * The tree of an answer that is being written. Blocks that are over are parsed once and stay the same objects, so
 * that the page needn't touch them again; only the block at the end is parsed anew when text comes.
 */
import { OPEN_MAX_CHARS, SHOWN_MAX_BLOCKS, SHOWN_MAX_CHARS } from "./limits";
import { noteLabels } from "./note-rules";
import { parseBlocks } from "./parser";
import type { Located } from "./tokens";
import type { Block } from "./tree";
import { settleEnd } from "./unfinished";

export interface LiveText {
  source: string;
  /** How much of the source is in `finished`. */
  consumed: number;
  finished: readonly Block[];
  /** The block at the end (rarely more), as it stands now. */
  open: readonly Block[];
  /** Within a long code block or table that had to be cut: the fence or the head with which the next part goes on. */
  prefix: string;
  /** How much of the source isn't shown, because there is so much of it. */
  hiddenChars: number;
}

export const noText: LiveText = {
  source: "",
  consumed: 0,
  finished: [],
  open: [],
  prefix: "",
  hiddenChars: 0,
};

/** The tree after the source has grown. A source that didn't grow out of the one before begins anew. */
export function grow(before: LiveText | null, source: string): LiveText {
  if (source === before?.source) return before;
  const base = before !== null && source.startsWith(before.source) ? before : noText;
  return advance(base, source, { live: true, shownMax: SHOWN_MAX_CHARS });
}

/**
 * The tree of a text that is over. Links whose address is given further down are found here only. `shownMax`:
 * the characters to show, for a reader who asked for more.
 */
export function whole(source: string, shownMax = SHOWN_MAX_CHARS): LiveText {
  return advance(noText, source, { live: false, shownMax });
}

interface How {
  live: boolean;
  shownMax: number;
}

function advance(base: LiveText, source: string, how: How): LiveText {
  const finished = [...base.finished];
  let { consumed, prefix } = base;
  const notes = noteLabels(source);
  const maxBlocks = (SHOWN_MAX_BLOCKS * how.shownMax) / SHOWN_MAX_CHARS;
  while (consumed < how.shownMax && finished.length < maxBlocks) {
    const tail = source.slice(consumed, consumed + OPEN_MAX_CHARS);
    const last = consumed + tail.length >= source.length;
    const step = last && !how.live ? all(tail, prefix, notes) : take(tail, prefix, { full: !last, notes });
    finished.push(...step.finished);
    consumed += step.chars;
    prefix = step.prefix;
    if (step.chars === 0 || consumed >= source.length || (last && how.live)) {
      const open = how.live ? openBlocks(source.slice(consumed), prefix, notes) : [];
      return { source, consumed, finished: bounded(finished, maxBlocks), open, prefix, hiddenChars: 0 };
    }
  }
  return {
    source,
    consumed,
    finished: bounded(finished, maxBlocks),
    open: [],
    prefix,
    hiddenChars: source.length - consumed,
  };
}

function bounded(blocks: Block[], max: number): Block[] {
  return blocks.length > max ? blocks.slice(0, max) : blocks;
}

type Labels = ReadonlySet<string>;

interface Step {
  finished: readonly Block[];
  chars: number;
  prefix: string;
}

/** All blocks of the end of a text that is over. */
function all(tail: string, prefix: string, notes: Labels): Step {
  return {
    finished: parseBlocks(prefix + tail, false, notes).map(({ block }) => block),
    chars: tail.length,
    prefix: "",
  };
}

/**
 * The blocks that are over: those that another one follows, whose first line is whole. `full`: there is no room
 * for more, so the last one is cut.
 */
function take(tail: string, prefix: string, { full, notes }: { full: boolean; notes: Labels }): Step {
  const located = parseBlocks(prefix + tail, true, notes);
  const last = located.at(-1);
  const starts = lineStarts(tail);
  const lastWhole = tail.lastIndexOf("\n");
  const prefixLines = prefix.split("\n").length - 1;
  for (let index = located.length - 1; index > 0; index -= 1) {
    const begin = starts[(located[index]?.line ?? 0) - prefixLines] ?? 0;
    if (begin === 0 || begin > lastWhole) continue;
    return { finished: located.slice(0, index).map(({ block }) => block), chars: begin, prefix: "" };
  }
  return full ? cut(tail, prefix, last, notes) : { finished: [], chars: 0, prefix };
}

/** Ends a block that has grown too long at its last line, or in the midst of it if there is only one. */
function cut(tail: string, prefix: string, last: Located | undefined, notes: Labels): Step {
  const newline = tail.lastIndexOf("\n") + 1;
  const chars = newline > 0 ? newline : tail.length;
  const text = prefix + tail.slice(0, chars);
  const finished = parseBlocks(text, false, notes).map(({ block }) => block);
  return { finished, chars, prefix: last === undefined ? "" : goingOn(text, last) };
}

/** With what the rest of such a block has to begin, to be read as what it is. */
function goingOn(text: string, { block, line }: Located): string {
  const lines = text.split("\n");
  if (block.type === "table") return `${lines[line]}\n${lines[line + 1]}\n`;
  const isOpenCode = block.type === "code" && block.open;
  return isOpenCode && FENCE.test(lines[line] ?? "") ? `${lines[line]}\n` : "";
}

const FENCE = /^ {0,3}(?:`{3,}|~{3,})/;

function openBlocks(tail: string, prefix: string, notes: Labels): readonly Block[] {
  const settled = settleEnd(tail, FENCE.test(prefix));
  return parseBlocks(prefix + settled, true, notes).map(({ block }) => block);
}

/** Where each line begins, counted as markdown-it counts them. */
function lineStarts(text: string): number[] {
  const starts = [0];
  for (const found of text.matchAll(/\r\n?|\n/g)) starts.push(found.index + found[0].length);
  return starts;
}
