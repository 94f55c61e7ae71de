/** markdown-it's flat list of tokens into our tree, within the limits on how much one block may hold. */
import type { Token } from "markdown-it";
import { FORMULAS_MAX, LANGUAGE_MAX_CHARS, NODES_MAX } from "./limits";
import { safeHref, withoutOverrides, withoutSteering } from "./links";
import type { Align, Block, Cell, Inline, ListItem } from "./tree";

/** A top-level block and the line it begins on. */
export interface Located {
  block: Block;
  line: number;
}

export function treeOf(tokens: readonly Token[]): Located[] {
  const located: Located[] = [];
  const cursor = { tokens, at: 0 };
  while (cursor.at < tokens.length) {
    const line = tokens[cursor.at]?.map?.[0] ?? 0;
    const block = new BlockReader(cursor).block();
    if (block !== null) located.push({ block, line });
  }
  return located;
}

interface Cursor {
  tokens: readonly Token[];
  at: number;
}

/** Reads one top-level block. Its budget is what keeps a block of a thousand links from costing a second. */
class BlockReader {
  readonly #cursor: Cursor;
  readonly #inlines = new InlineReader();

  constructor(cursor: Cursor) {
    this.#cursor = cursor;
  }

  block(): Block | null {
    const token = this.#next();
    switch (token?.type) {
      case "paragraph_open":
        return { type: "paragraph", inlines: this.#inlineUntil("paragraph_close") };
      case "heading_open":
        return {
          type: "heading",
          level: Number(token.tag.slice(1)) || 6,
          inlines: this.#inlineUntil("heading_close"),
        };
      case "fence":
        return code(token, languageOf(token.info), isOpen(token));
      case "code_block":
        return code(token, "", false);
      case "formula_block":
        return { type: "math", tex: token.content, open: token.meta?.open === true };
      case "blockquote_open":
        return { type: "quote", blocks: this.#blocksUntil("blockquote_close") };
      case "bullet_list_open":
        return { type: "list", start: null, items: this.#items("bullet_list_close") };
      case "ordered_list_open":
        return { type: "list", start: startOf(token), items: this.#items("ordered_list_close") };
      case "table_open":
        return this.#table();
      case "details_open":
        return this.#details(token);
      case "note_open":
        return {
          type: "note",
          label: withoutSteering(String(token.meta?.label)),
          blocks: this.#blocksUntil("note_close"),
        };
      case "hr":
        return { type: "rule" };
      case "plain":
        return { type: "plain", text: withoutOverrides(token.content) };
      default:
        return null;
    }
  }

  #next(): Token | undefined {
    const token = this.#cursor.tokens[this.#cursor.at];
    this.#cursor.at += 1;
    return token;
  }

  /** Whether the next token ends what is being read; then it is taken. */
  #ends(type: string): boolean {
    const next = this.#cursor.tokens[this.#cursor.at];
    if (next !== undefined && next.type !== type) return false;
    this.#cursor.at += 1;
    return true;
  }

  #inlineUntil(type: string): readonly Inline[] {
    const inlines: Inline[] = [];
    while (!this.#ends(type)) {
      const token = this.#next();
      if (token?.type === "inline") inlines.push(...this.#inlines.read(token));
    }
    return inlines;
  }

  #blocksUntil(type: string): readonly Block[] {
    const blocks: Block[] = [];
    while (!this.#ends(type)) {
      const block = this.block();
      if (block !== null) blocks.push(block);
    }
    return blocks;
  }

  #items(type: string): readonly ListItem[] {
    const items: ListItem[] = [];
    while (!this.#ends(type)) {
      this.#next(); // list_item_open
      items.push(withTask(this.#blocksUntil("list_item_close")));
    }
    return items;
  }

  #details(token: Token): Block {
    const words = this.#next();
    const summary = words === undefined ? [] : this.#inlines.read(words);
    const blocks = this.#blocksUntil("details_close");
    return { type: "details", summary, blocks, open: token.meta?.open === true };
  }

  #table(): Block {
    const rows: (readonly Cell[])[] = [];
    const align: Align[] = [];
    while (!this.#ends("table_close")) {
      if (this.#next()?.type === "tr_open") rows.push(this.#row(rows.length === 0 ? align : []));
    }
    const [head = [], ...body] = rows;
    return { type: "table", align, head, rows: body };
  }

  #row(align: Align[]): readonly Cell[] {
    const cells: Cell[] = [];
    while (!this.#ends("tr_close")) {
      const open = this.#next();
      if (open === undefined) break;
      align.push(alignOf(open));
      cells.push(this.#inlineUntil(open.type.replace("_open", "_close")));
    }
    return cells;
  }
}

class InlineReader {
  #nodes = 0;
  #formulas = 0;

  read(token: Token): readonly Inline[] {
    this.#nodes += 1;
    if (this.#nodes > NODES_MAX) return token.content === "" ? [] : [text(token.content)];
    const cursor = { tokens: token.children ?? [], at: 0 };
    if (this.#nodes + cursor.tokens.length > NODES_MAX) return [text(token.content)];
    this.#nodes += cursor.tokens.length;
    return this.#until(cursor, null);
  }

  #until(cursor: Cursor, type: string | null): readonly Inline[] {
    const inlines: Inline[] = [];
    while (cursor.at < cursor.tokens.length) {
      const token = cursor.tokens[cursor.at];
      cursor.at += 1;
      if (token === undefined || token.type === type) break;
      const inline = this.#inline(token, cursor);
      const last = inlines.at(-1);
      if (inline?.type === "text" && last?.type === "text")
        inlines[inlines.length - 1] = text(last.text + inline.text);
      else if (inline !== null) inlines.push(inline);
    }
    return inlines;
  }

  #inline(token: Token, cursor: Cursor): Inline | null {
    switch (token.type) {
      case "strong_open":
        return { type: "strong", inlines: this.#until(cursor, "strong_close") };
      case "em_open":
        return { type: "emphasis", inlines: this.#until(cursor, "em_close") };
      case "s_open":
        return { type: "strike", inlines: this.#until(cursor, "s_close") };
      case "sub_open":
        return { type: "sub", inlines: this.#until(cursor, "sub_close") };
      case "sup_open":
        return { type: "sup", inlines: this.#until(cursor, "sup_close") };
      case "kbd_open":
        return { type: "kbd", inlines: this.#until(cursor, "kbd_close") };
      case "note_mark":
        return { type: "note-mark", label: withoutSteering(String(token.meta?.label)) };
      case "link_open":
        return link(token, this.#until(cursor, "link_close"));
      case "image":
        return image(token);
      case "code_inline":
        return { type: "code", text: withoutSteering(token.content) };
      case "formula":
        return this.#formula(token);
      case "softbreak":
      case "hardbreak":
        return { type: "break" };
      default:
        return token.content === "" ? null : text(withoutOverrides(token.content));
    }
  }

  #formula(token: Token): Inline {
    this.#formulas += 1;
    if (this.#formulas > FORMULAS_MAX) return { type: "code", text: withoutSteering(token.content) };
    return { type: "math", tex: token.content, display: token.meta?.display === true };
  }
}

function text(value: string): Inline {
  return { type: "text", text: value };
}

function link(token: Token, inlines: readonly Inline[]): Inline | null {
  const href = safeHref(String(token.attrGet("href") ?? ""));
  if (href === null) return inlines[0] ?? null;
  return { type: "link", href, inlines };
}

function image(token: Token): Inline {
  const href = safeHref(String(token.attrGet("src") ?? ""));
  return { type: "image", href, alt: withoutSteering(token.content.trim()) };
}

function code(token: Token, language: string, open: boolean): Block {
  return { type: "code", language, text: withoutSteering(token.content.replace(/\n$/, "")), open };
}

/** A fence that has no end yet: its token covers no line that closes it. */
function isOpen(token: Token): boolean {
  const [begin = 0, end = 0] = token.map ?? [];
  const lines =
    token.content === "" ? 0 : token.content.split("\n").length - (token.content.endsWith("\n") ? 1 : 0);
  return end - begin < lines + 2;
}

function languageOf(info: string): string {
  const word = info.trim().split(/\s+/, 1)[0] ?? "";
  return withoutSteering(word.replace(/^[{.]+|}+$/g, "")).slice(0, LANGUAGE_MAX_CHARS);
}

function startOf(token: Token): number {
  const start = Number(token.attrGet("start") ?? 1);
  return Number.isSafeInteger(start) ? start : 1;
}

function alignOf(token: Token): Align {
  const style = String(token.attrGet("style") ?? "");
  const align = style.replace("text-align:", "");
  return align === "left" || align === "center" || align === "right" ? align : null;
}

/** "[x] " at the beginning of an item is a box to tick, as GitHub has it. */
function withTask(blocks: readonly Block[]): ListItem {
  const [first, ...rest] = blocks;
  const lead = first?.type === "paragraph" ? first.inlines[0] : undefined;
  const box = lead?.type === "text" ? /^\[([ xX])\]\s+/.exec(lead.text) : null;
  if (first?.type !== "paragraph" || lead?.type !== "text" || box === null) return { task: null, blocks };
  const inlines = [text(lead.text.slice(box[0].length)), ...first.inlines.slice(1)];
  return { task: box[1] !== " ", blocks: [{ type: "paragraph", inlines }, ...rest] };
}
