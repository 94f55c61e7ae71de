/** What one answer may cost the reader's machine. Nothing is lost: what goes beyond is shown as plain text, or on asking. */

/** Source of the block still being written. It is parsed anew with each piece that comes, so it is cut here. */
export const OPEN_MAX_CHARS = 20_000;
/** Shown at once; the rest of the answer waits for a button. */
export const SHOWN_MAX_CHARS = 100_000;
export const SHOWN_MAX_BLOCKS = 600;
/** Lists and quotes in each other. */
export const NESTING_MAX = 12;
export const DETAILS_NESTING_MAX = 3;
/** Footnotes of one answer. */
export const NOTES_MAX = 200;
export const NOTE_LABEL_MAX_CHARS = 40;
/** Elements within one top-level block: words in bold, links, cells, items. */
export const NODES_MAX = 6_000;
export const FORMULAS_MAX = 200;
export const TEX_MAX_CHARS = 4_000;
export const TABLE_MAX_ROWS = 50;
export const TABLE_MAX_CELLS = 1_000;
export const CODE_MAX_LINES = 400;
export const HIGHLIGHT_MAX_CHARS = 12_000;
export const LINK_MAX_CHARS = 2_000;
export const LANGUAGE_MAX_CHARS = 30;
