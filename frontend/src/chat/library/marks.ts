/** Where the words of a search are in a text: as pieces of text, so that the page makes elements of them. */
export interface Piece {
  text: string;
  hit: boolean;
}

const WORDS_MAX = 12;

/** Cuts `text` at whatever is like one of the words, or like all of them in a row. Joined, the pieces are `text`. */
export function markWords(text: string, words: string): Piece[] {
  const wanted = wantedIn(words);
  if (wanted === null) return [{ text, hit: false }];
  const pieces: Piece[] = [];
  let end = 0;
  for (const match of text.matchAll(wanted)) {
    if (match.index > end) pieces.push({ text: text.slice(end, match.index), hit: false });
    pieces.push({ text: match[0], hit: true });
    end = match.index + match[0].length;
  }
  if (end < text.length) pieces.push({ text: text.slice(end), hit: false });
  return pieces;
}

/** How much of a snippet is shown before what was found: two narrow lines would end before it otherwise. */
const BEFORE_CHARS = 28;

/** The snippet from a word shortly before the first hit on. */
export function fromNearHit(snippet: string, words: string): string {
  const [before, hit] = markWords(snippet, words);
  if (before === undefined || before.hit || hit === undefined || before.text.length <= BEFORE_CHARS) {
    return snippet;
  }
  const near = snippet.slice(before.text.length - BEFORE_CHARS);
  // A piece of a word, or of a character, is left out.
  return `…${near.replace(/^\S{0,26}\s+/u, "").replace(/^[\uDC00-\uDFFF]/, "")}`;
}

/** The longest first, so that “sandstone” is marked whole where “sand” is wanted too. */
function wantedIn(words: string): RegExp | null {
  const whole = words.trim();
  if (whole === "") return null;
  const options = [whole, ...whole.split(/\s+/u).slice(0, WORDS_MAX)].map(asPattern);
  return new RegExp(options.sort((a, b) => b.length - a.length).join("|"), "giu");
}

function asPattern(words: string): string {
  return words.replace(/[\\^$.*+?()[\]{}|/]/gu, "\\$&").replace(/\s+/gu, "\\s+");
}
