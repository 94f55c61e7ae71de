/**
 * Footnotes: `[^1]` in a sentence, `[^1]: the note` on a line of its own. A mark without its note is no footnote; while an
 * answer is being written its notes are still to come, and then a number is taken for one.
 */
import type { MarkdownIt, StateBlock, StateInline } from "markdown-it";
import { NOTE_LABEL_MAX_CHARS, NOTES_MAX } from "./limits";

export interface NoteEnv {
  live: boolean;
  notes: ReadonlySet<string>;
  inNote?: boolean;
}
/** A note's further paragraphs stand so far from the left. */
const NOTE_INDENT = 4;

export function noteRules(md: MarkdownIt): void {
  md.inline.ruler.before("link", "note_mark", noteMark);
  md.block.ruler.before("reference", "note", note, { alt: ["paragraph", "reference"] });
}

/** The labels of the notes that this text has. */
export function noteLabels(source: string): ReadonlySet<string> {
  const labels = new Set<string>();
  if (!source.includes("[^")) return labels;
  for (const line of source.split("\n")) {
    const label = labelOf(line.trimStart(), 0);
    if (label !== null && line.trimStart().startsWith(":", label.length + 3)) labels.add(label);
    if (labels.size >= NOTES_MAX) break;
  }
  return labels;
}

/** The label of the `[^label]` that stands here. */
function labelOf(text: string, at: number): string | null {
  if (!text.startsWith("[^", at)) return null;
  const end = text.slice(at, at + NOTE_LABEL_MAX_CHARS + 3).indexOf("]");
  if (end < 3) return null;
  const label = text.slice(at + 2, at + end);
  return /[\s[\]^]/.test(label) ? null : label;
}

function noteMark(state: StateInline, silent: boolean): boolean {
  const label = labelOf(state.src, state.pos);
  if (label === null) return false;
  const { live, notes } = state.env as Partial<NoteEnv>;
  if (!notes?.has(label) && !(live && isNumber(label))) return false;
  if (!silent) state.push("note_mark", "", 0).meta = { label };
  state.pos += label.length + 3;
  return true;
}

function isNumber(label: string): boolean {
  return label.length <= 3 && [...label].every((character) => character >= "0" && character <= "9");
}

function note(state: StateBlock, startLine: number, endLine: number, silent: boolean): boolean {
  const first = lineOf(state, startLine);
  const label = labelOf(first, 0);
  if (label === null || !first.startsWith(":", label.length + 3)) return false;
  const env = state.env as Partial<NoteEnv>;
  if (env.inNote || !env.notes?.has(label)) return false;
  if (silent) return true;
  const end = noteEnd(state, startLine, endLine);
  const token = state.push("note_open", "", 1);
  token.meta = { label };
  token.map = [startLine, end];
  const more = state.getLines(startLine + 1, end, state.blkIndent + NOTE_INDENT, false);
  env.inNote = true;
  state.md.block.parse(`${first.slice(label.length + 4).trimStart()}\n${more}`, state.md, env, state.tokens);
  env.inNote = false;
  state.push("note_close", "", -1);
  state.line = end;
  return true;
}

/** A note goes on to the next note or an empty line, and beyond that with what is indented. */
function noteEnd(state: StateBlock, startLine: number, endLine: number): number {
  let end = startLine + 1;
  for (let line = end; line < endLine; line += 1) {
    if (state.isEmpty(line)) continue;
    const indent = (state.sCount[line] ?? 0) - state.blkIndent;
    const afterGap = line > end;
    if (afterGap ? indent < NOTE_INDENT : labelOf(lineOf(state, line), 0) !== null) break;
    end = line + 1;
  }
  return end;
}

function lineOf(state: StateBlock, line: number): string {
  return state.src.slice((state.bMarks[line] ?? 0) + (state.tShift[line] ?? 0), state.eMarks[line] ?? 0);
}
