import { markWords } from "../marks";

/** A text with what was searched for marked in it. Made of elements: whatever the text is, it stays text. */
export function SearchMarks({ text, words }: { text: string; words: string }) {
  let at = 0;
  return markWords(text, words).map((piece) => {
    const key = at;
    at += piece.text.length;
    return piece.hit ? <mark key={key}>{piece.text}</mark> : piece.text;
  });
}
