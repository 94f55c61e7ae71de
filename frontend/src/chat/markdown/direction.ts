/**
 * Which way a block is read: by its first letter, as `dir="auto"` has it. That looks at no text which has a direction of
 * its own, so a list, a quote or a table of paragraphs would always begin on the left.
 */
import type { Block, Cell, Inline } from "./tree";

export type Direction = "ltr" | "rtl";

const LOOKED_AT_MAX_CHARS = 200;
const LETTER = /\p{L}/u;
const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;

export function directionOfText(text: string): Direction | undefined {
  for (const character of text.slice(0, LOOKED_AT_MAX_CHARS))
    if (LETTER.test(character)) return RIGHT_TO_LEFT.test(character) ? "rtl" : "ltr";
  return undefined;
}

export function directionOfBlocks(blocks: readonly Block[]): Direction | undefined {
  return first(blocks, directionOfBlock);
}

export function directionOfCells(cells: readonly Cell[]): Direction | undefined {
  return first(cells, directionOfInlines);
}

function directionOfBlock(block: Block): Direction | undefined {
  switch (block.type) {
    case "paragraph":
    case "heading":
      return directionOfInlines(block.inlines);
    case "quote":
    case "note":
      return directionOfBlocks(block.blocks);
    case "details":
      return directionOfInlines(block.summary) ?? directionOfBlocks(block.blocks);
    case "list":
      return first(block.items, (item) => directionOfBlocks(item.blocks));
    case "table":
      return directionOfCells(block.head);
    case "plain":
      return directionOfText(block.text);
    default:
      return undefined; // code and formulas are read from the left, and say nothing of the words around them
  }
}

function directionOfInlines(inlines: readonly Inline[]): Direction | undefined {
  return first(inlines, (inline) => {
    if (inline.type === "text") return directionOfText(inline.text);
    return "inlines" in inline ? directionOfInlines(inline.inlines) : undefined;
  });
}

function first<T>(all: readonly T[], look: (one: T) => Direction | undefined): Direction | undefined {
  for (const one of all) {
    const direction = look(one);
    if (direction !== undefined) return direction;
  }
  return undefined;
}
