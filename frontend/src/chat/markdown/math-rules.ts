/**
 * Formulas in Markdown: `$…$`, `$$…$$`, `\(…\)`, `\[…\]`. A formula has no empty line in it, as in TeX, so that a
 * lone `$$` doesn't swallow the rest of an answer.
 */
import type { MarkdownIt, StateBlock, StateInline } from "markdown-it";
import { TEX_MAX_CHARS } from "./limits";
import { nextCloser } from "./search";

export function mathRules(md: MarkdownIt): void {
  // A backslash before a bracket is otherwise an escape, so these come first.
  md.inline.ruler.before("escape", "formula", inlineFormula);
  md.block.ruler.before("fence", "formula", blockFormula, {
    alt: ["paragraph", "reference", "blockquote", "list"],
  });
}

const CLOSERS = { $$: "$$", "\\[": "\\]", "\\(": "\\)", $: "$" } as const;
type Opener = keyof typeof CLOSERS;

function openerAt(text: string, at: number): Opener | null {
  const two = text.slice(at, at + 2);
  if (two === "$$" || two === "\\[" || two === "\\(") return two;
  return two.startsWith("$") ? "$" : null;
}

function inlineFormula(state: StateInline, silent: boolean): boolean {
  const opener = openerAt(state.src, state.pos);
  if (opener === null) return false;
  const begin = state.pos + opener.length;
  const end = closingAt(state, begin, opener);
  if (end === null) return false;
  if (!silent) {
    const token = state.push("formula", "", 0);
    token.content = state.src.slice(begin, end).trim();
    token.meta = { display: opener === "$$" || opener === "\\[" };
  }
  state.pos = end + CLOSERS[opener].length;
  return true;
}

/** Where the formula that begins here is closed, within the limit. */
function closingAt(state: StateInline, begin: number, opener: Opener): number | null {
  const { src } = state;
  const closer = CLOSERS[opener];
  let at = nextCloser(state, closer, begin);
  while (at >= 0 && escaped(src, at)) at = nextCloser(state, closer, at + 1);
  if (at < 0 || at - begin > TEX_MAX_CHARS) return null;
  const tex = src.slice(begin, at);
  if (tex.trim() === "" || /\n\s*\n/.test(tex)) return null;
  return opener === "$" && !isBetweenDollars(src, begin, at) ? null : at;
}

/**
 * Whether what stands between two dollars is a formula. "$5 and $6" is money: a formula has no space inside of its dollars,
 * and no digit follows it. "$PATH:$HOME" and "$BTC和$ETH" are names: where another begins at the second dollar, the
 * first one began one too. "The $n$th" is a formula still.
 */
function isBetweenDollars(src: string, begin: number, end: number): boolean {
  const tex = src.slice(begin, end);
  if (tex.trim() !== tex) return false;
  const after = src.slice(end + 1, end + 4);
  if (/^[0-9$]/.test(after)) return false;
  if (isMoney(src[begin - 2], tex) || isName(tex, after)) return false;
  return !/^[A-Za-z_{]/.test(after) || /^(?:st|nd|rd|th|s)(?![A-Za-z_])/.test(after);
}

/** "5$和6$": amounts with their dollars after them. "2$x^2$" is a formula still. */
function isMoney(before: string | undefined, tex: string): boolean {
  return /[0-9]/.test(before ?? "") && /[0-9]$/.test(tex) && !/[A-Za-z\\^_]/.test(tex);
}

/** "$HOME/bin:$", "$NOW=$(date)" and "$BTC代币和$": a name goes on into what no formula ends with, or is made of. */
function isName(tex: string, after: string): boolean {
  const last = tex.slice(-1);
  if (tex.length > 1 && "/:：、，。；".includes(last)) return true;
  if (after.startsWith("(") && "=,+-".includes(last)) return true;
  return /^[A-Z]{2,20}[（\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]/.test(tex);
}

function escaped(text: string, at: number): boolean {
  let slashes = 0;
  while (text[at - 1 - slashes] === "\\") slashes += 1;
  return slashes % 2 === 1;
}

/** A formula on lines of its own. Without its end, at the end of the text, it is still being written. */
function blockFormula(state: StateBlock, startLine: number, endLine: number, silent: boolean): boolean {
  const first = lineOf(state, startLine);
  const opener = openerAt(first, 0);
  if (opener !== "$$" && opener !== "\\[") return false;
  if (state.sCount[startLine] !== undefined && state.sCount[startLine] - state.blkIndent >= 4) return false;
  const lines = formulaLines(state, startLine, endLine, opener);
  if (lines === null) return false;
  if (silent) return true;
  const token = state.push("formula_block", "", 0);
  token.block = true;
  token.content = lines.tex;
  token.meta = { open: lines.open };
  token.map = [startLine, lines.nextLine];
  state.line = lines.nextLine;
  return true;
}

function formulaLines(state: StateBlock, startLine: number, endLine: number, opener: "$$" | "\\[") {
  const closer = CLOSERS[opener];
  const lines: string[] = [];
  let chars = 0;
  for (let line = startLine; line < endLine; line += 1) {
    if (state.isEmpty(line)) return null;
    const text = line === startLine ? lineOf(state, line).slice(opener.length) : lineOf(state, line);
    const end = text.indexOf(closer);
    if (end >= 0) {
      // Words after it make it part of a sentence, which the rule for sentences takes.
      if (text.slice(end + closer.length).trim() !== "") return null;
      lines.push(text.slice(0, end));
      const tex = lines.join("\n").trim();
      return tex === "" ? null : { tex, nextLine: line + 1, open: false };
    }
    lines.push(text);
    chars += text.length + 1;
    if (chars > TEX_MAX_CHARS) return null;
  }
  const env = state.env as { live?: boolean };
  return env.live === true && state.lineMax === endLine && state.level === 0
    ? { tex: lines.join("\n").trim(), nextLine: endLine, open: true }
    : null;
}

function lineOf(state: StateBlock, line: number): string {
  return state.src.slice((state.bMarks[line] ?? 0) + (state.tShift[line] ?? 0), state.eMarks[line] ?? 0);
}
