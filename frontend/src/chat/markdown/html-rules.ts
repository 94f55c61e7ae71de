/**
 * The little HTML that models write, as marks of our own: `<br>`, `<sub>`, `<sup>`, `<kbd>` within a line, `<details>` with
 * its `<summary>` as a block. No attributes, and nothing else: other HTML stays on the page as it was written.
 */
import type { MarkdownIt, StateBlock, StateInline } from "markdown-it";
import { DETAILS_NESTING_MAX } from "./limits";
import { nextCloser } from "./search";

const BREAKS = ["<br>", "<br/>", "<br />"];
const PAIRS = ["sub", "sup", "kbd"];
/** What summaries are often written in, and are anyway. */
const BOLD = ["<b>", "</b>", "<strong>", "</strong>"];
const LONGEST_TAG = "<br />".length;

export function htmlRules(md: MarkdownIt): void {
  md.inline.ruler.before("autolink", "html_mark", inlineMark);
  md.block.ruler.before("html_block", "details", details, {
    alt: ["paragraph", "reference", "blockquote", "list"],
  });
}

function inlineMark(state: StateInline, silent: boolean): boolean {
  if (state.src[state.pos] !== "<") return false;
  const tag = state.src.slice(state.pos, state.pos + LONGEST_TAG).toLowerCase();
  const lineBreak = BREAKS.find((written) => tag.startsWith(written));
  if (lineBreak !== undefined) {
    if (!silent) state.push("hardbreak", "br", 0);
    state.pos += lineBreak.length;
    return true;
  }
  const pair = PAIRS.find((name) => tag.startsWith(`<${name}>`));
  return pair !== undefined && pairOf(state, pair, silent);
}

function pairOf(state: StateInline, name: string, silent: boolean): boolean {
  const begin = state.pos + name.length + 2;
  // As it was opened: <SUB> is closed by </SUB>.
  const closer = `</${state.src.slice(state.pos + 1, begin)}`;
  const end = nextCloser(state, closer, begin);
  if (end < 0 || end > state.posMax) return false;
  if (!silent) {
    const { posMax } = state;
    state.push(`${name}_open`, name, 1);
    state.pos = begin;
    state.posMax = end;
    state.md.inline.tokenize(state);
    state.posMax = posMax;
    state.push(`${name}_close`, name, -1);
  }
  state.pos = end + closer.length;
  return true;
}

interface DetailsEnv {
  detailsDepth?: number;
}

/** From `<details>` to its `</details>`, or to the end: it may still be written. */
function details(state: StateBlock, startLine: number, endLine: number, silent: boolean): boolean {
  if (!beginsDetails(lineOf(state, startLine))) return false;
  const env = state.env as DetailsEnv;
  const depth = env.detailsDepth ?? 0;
  if (depth >= DETAILS_NESTING_MAX) return false;
  if (silent) return true;
  const { lines, nextLine, open } = detailsLines(state, startLine, endLine);
  const { summary, body } = parts(lines.join("\n"));
  const token = state.push("details_open", "details", 1);
  token.map = [startLine, nextLine];
  token.meta = { open };
  const words = state.push("inline", "", 0);
  words.content = summary;
  words.children = [];
  env.detailsDepth = depth + 1;
  state.md.block.parse(body, state.md, state.env, state.tokens);
  env.detailsDepth = depth;
  state.push("details_close", "details", -1);
  state.line = nextLine;
  return true;
}

function beginsDetails(line: string): boolean {
  const begin = line.slice(0, "<details open>".length).toLowerCase();
  return begin.startsWith("<details>") || begin === "<details open>";
}

/** What stands between the tags, and after them on the last line. */
function detailsLines(state: StateBlock, startLine: number, endLine: number) {
  const lines: string[] = [];
  let depth = 0;
  let fence = false;
  for (let line = startLine; line < endLine; line += 1) {
    const text =
      line === startLine ? lineOf(state, line) : state.getLines(line, line + 1, state.blkIndent, false);
    const bare = text.trimStart();
    if (bare.startsWith("```") || bare.startsWith("~~~")) fence = !fence;
    if (!fence && beginsDetails(bare)) depth += 1;
    const end = fence ? -1 : text.toLowerCase().lastIndexOf("</details>");
    if (end >= 0) depth -= 1;
    if (end < 0 || depth > 0) {
      lines.push(text);
      continue;
    }
    const after = text.slice(end + "</details>".length);
    lines.push(text.slice(0, end), ...(after.trim() === "" ? [] : [after]));
    return { lines, nextLine: line + 1, open: false };
  }
  return { lines, nextLine: endLine, open: true };
}

function parts(source: string): { summary: string; body: string } {
  const inner = source.slice(source.indexOf(">") + 1);
  const lower = inner.toLowerCase();
  const begin = lower.indexOf("<summary>");
  if (begin < 0 || inner.slice(0, begin).trim() !== "") return { summary: "", body: inner };
  const end = lower.indexOf("</summary>", begin);
  const words = inner.slice(begin + "<summary>".length, end < 0 ? undefined : end);
  const body = end < 0 ? "" : inner.slice(end + "</summary>".length);
  const plain = BOLD.reduce((text, tag) => text.replaceAll(tag, ""), words);
  return { summary: plain.replaceAll("\n", " ").trim(), body };
}

function lineOf(state: StateBlock, line: number): string {
  return state.src.slice((state.bMarks[line] ?? 0) + (state.tShift[line] ?? 0), state.eMarks[line] ?? 0);
}
