/**
 * The end of a text that is still being typed, so that it doesn't flicker: a mark whose meaning the next character
 * decides is held back, and what was opened (bold, code, a link) is closed for the moment. Our own, since the package
 * `remend` (1.4.0) closes marks, but holds few back and knows no table or `\(`: 13 of the 25 cases of the test fail.
 */
import { withoutEnd } from "../../lib/text";

/** Looked at for open marks; in a longer paragraph they show until they are closed. */
const PARAGRAPH_MAX_CHARS = 4_000;
/** The longest beginning of a tag or of a footnote's mark that is held back. */
const TAG_MAX_CHARS = 42;

const MAYBE_A_MARK = /^\s{0,12}(?:[-+*]|\d{1,9}[.)]?|#{1,6}|>|=+|-+|`{1,2}|~{1,2})\s*$/;
const MAYBE_A_BOX = /^\s*(?:[-+*]|\d{1,9}[.)])\s+\[[ xX]?\]?\s?$/;
const MAYBE_A_FENCE_END = /^\s*(?:`+|~+)$/;
/** Code, formulas and addresses, in which a star is no mark. */
const NOT_WORDS = /`[^`]*`|\$[^$\s][^$]*\$|https?:\/\/[^\s*]+/g;
const DELIMITER_ROW = /^[|:\-\s]*$/;

export function settleEnd(tail: string, inFence: boolean): string {
  if (inFence || endsInFence(tail)) return withoutLastLine(tail, MAYBE_A_FENCE_END);
  const held = withoutTableHead(withoutLastLine(withoutLastLine(tail, MAYBE_A_MARK), MAYBE_A_BOX));
  const gap = held.lastIndexOf("\n\n");
  const begin = Math.max(gap < 0 ? 0 : gap + 2, lastItem(held));
  if (held.length - begin > PARAGRAPH_MAX_CHARS) return held;
  return held.slice(0, begin) + closed(held.slice(begin));
}

function endsInFence(text: string): boolean {
  let fence = "";
  for (const line of text.split("\n")) {
    const mark = /^\s*(`{3,}|~{3,})(.*)$/.exec(line);
    if (mark?.[1] === undefined) continue;
    if (fence === "") fence = mark[1];
    else if (mark[1].startsWith(fence) && mark[2]?.trim() === "") fence = "";
  }
  return fence !== "";
}

/** Without the last line, if it has no end yet and looks like this. */
function withoutLastLine(text: string, pattern: RegExp): string {
  const begin = text.lastIndexOf("\n") + 1;
  return pattern.test(text.slice(begin)) ? text.slice(0, begin) : text;
}

/** The first row of a table is one only when the dashes below it are there. */
function withoutTableHead(text: string): string {
  const lines = text.split("\n");
  const wholeLines = lines.at(-1) === "";
  if (wholeLines) lines.pop();
  let rows = 0;
  while (
    rows < 3 &&
    lines
      .at(-1 - rows)
      ?.trimStart()
      .startsWith("|")
  )
    rows += 1;
  const undecided = rows === 1 || (rows === 2 && !wholeLines && DELIMITER_ROW.test(lines.at(-1) ?? ""));
  if (!undecided) return text;
  const kept = lines.slice(0, lines.length - rows);
  return kept.length === 0 ? "" : `${kept.join("\n")}\n`;
}

/** Where the words of the last list item begin: marks don't reach from one item into the next. */
function lastItem(text: string): number {
  const line = text.lastIndexOf("\n") + 1;
  const mark = /^\s*(?:[-+*]|\d{1,9}[.)])\s+|^\s*(?:>\s*|#{1,6}\s+)/.exec(text.slice(line));
  return mark === null ? 0 : line + mark[0].length;
}

function closed(paragraph: string): string {
  const { text, code } = closedCode(paragraph);
  return code ? text : closedTag(closedEmphasis(closedLink(withoutTagBegun(closedFormula(text)))));
}

/** `<su` and `[^1` wait until they are whole. */
function withoutTagBegun(text: string): string {
  const begin = Math.max(text.lastIndexOf("<"), text.lastIndexOf("[^"));
  if (begin < 0 || text.length - begin > TAG_MAX_CHARS) return text;
  return /^(?:<\/?[a-z]{0,7} ?\/?|\[\^[^\s\]]*)$/.test(text.slice(begin)) ? text.slice(0, begin) : text;
}

/** The last `<sub>` that isn't closed yet. */
function closedTag(text: string): string {
  const begin = text.lastIndexOf("<");
  const tag = begin < 0 ? null : /^<(sub|sup|kbd)>/.exec(text.slice(begin, begin + TAG_MAX_CHARS));
  return tag === null ? text : `${text}</${tag[1]}>`;
}

/** An odd run of backticks gets its partner. */
function closedCode(text: string): { text: string; code: boolean } {
  let open: string | null = null;
  let after = 0;
  for (const run of text.matchAll(/`+/g)) {
    if (open === null) open = run[0];
    else if (open === run[0]) open = null;
    else continue;
    after = run.index + run[0].length;
  }
  if (open === null) return { text, code: false };
  if (after === text.length) return { text: closedEmphasis(text.slice(0, -open.length)), code: true };
  return { text: text + open, code: true };
}

/** `\(x^2` is shown as its source until `\)` has come. */
function closedFormula(text: string): string {
  const begin = Math.max(text.lastIndexOf("\\("), text.lastIndexOf("\\["));
  if (begin < 0) return text;
  const rest = text.slice(begin + 2);
  if (rest.includes("\\)") || rest.includes("\\]") || rest.includes("`")) return text;
  const tex = rest.replace(/\\$/, "").trim();
  return text.slice(0, begin) + (tex === "" ? "" : `\`${tex}\``);
}

/** `[words](https://exa` is shown as its words until the address is whole. */
function closedLink(text: string): string {
  return text.replace(/!?\[(?!\^)([^[\]\n]{0,400})(?:\](?:\([^()\s]{0,2000})?)?$/, "$1");
}

/** Emphasis that was opened is closed; a mark at the very end waits for what it will belong to. */
function closedEmphasis(text: string): string {
  const bare = withoutEnd(text, "*_~");
  const open: string[] = [];
  const words = bare.replace(NOT_WORDS, (found) => "x".repeat(found.length));
  for (const run of words.matchAll(/\*{1,3}|_{1,3}|~~/g)) {
    const before = bare[run.index - 1] ?? " ";
    const after = bare[run.index + run[0].length] ?? " ";
    if (before === "\\" || (run[0][0] === "_" && /\w/.test(before) && /\w/.test(after))) continue;
    if (!/\s/.test(before) && open.at(-1) === run[0]) open.pop();
    else if (!/\s/.test(after)) open.push(run[0]);
  }
  if (open.length === 0) return bare === text ? text : keepLoneMark(bare, text);
  const trimmed = bare.trimEnd();
  return trimmed + open.reverse().join("") + bare.slice(trimmed.length);
}

/** Nothing is open: a mark after a word has a meaning of its own ("2*"), one after a space may open something. */
function keepLoneMark(bare: string, text: string): string {
  return bare === "" || /\s$/.test(bare) ? bare : text;
}
