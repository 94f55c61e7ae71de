/** Markdown into our tree, by markdown-it: its tokens only, never its HTML. */
import MarkdownIt, { type MarkdownIt as Parser, type StateBlock } from "markdown-it";
import cjkFriendly from "markdown-it-cjk-friendly";
import { htmlRules } from "./html-rules";
import { NESTING_MAX } from "./limits";
import { safeHref } from "./links";
import { mathRules } from "./math-rules";
import { type NoteEnv, noteLabels, noteRules } from "./note-rules";
import { type Located, treeOf } from "./tokens";

const md = createParser();

/**
 * The top-level blocks of a text. `live`: it isn't over, and a formula at its end may still be closed. `notes`: the
 * footnotes of the whole text, where this is a part of it.
 */
export function parseBlocks(source: string, live: boolean, notes = noteLabels(source)): Located[] {
  const env: NoteEnv = { live, notes };
  return treeOf(md.parse(source, { ...env }));
}

function createParser(): Parser {
  // A line that ends is a line that ends: people who chat don't wrap theirs by hand, and models write poems.
  const parser = new MarkdownIt({ html: false, linkify: true, breaks: true, typographer: false });
  // Only what says that it is an address is made one; "node.js" isn't.
  parser.linkify?.set({ fuzzyLink: false, fuzzyEmail: false, fuzzyIP: false });
  // What fails here stays on the page as it was written.
  parser.validateLink = (address) => safeHref(address) !== null;
  // Chinese, Japanese and Korean have no spaces beside their marks: "**注意：**正文" is bold too.
  parser.use(cjkFriendly);
  parser.use(mathRules);
  parser.use(htmlRules);
  parser.use(noteRules);
  parser.block.ruler.before("table", "too_deep", tooDeep, { alt: [] });
  return parser;
}

/** Quotes in lists in quotes…: below the limit the text is kept as it is, where markdown-it would drop it. */
function tooDeep(state: StateBlock, startLine: number, endLine: number, silent: boolean): boolean {
  if (state.level < 2 * NESTING_MAX) return false;
  if (silent) return true;
  // A list item is over where the text stands further left.
  let end = startLine + 1;
  while (end < endLine && (state.isEmpty(end) || (state.sCount[end] ?? 0) >= state.blkIndent)) end += 1;
  const token = state.push("plain", "", 0);
  token.content = state.getLines(startLine, end, state.blkIndent, false);
  token.map = [startLine, end];
  state.line = end;
  return true;
}
