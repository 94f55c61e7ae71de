/** Turns tokens into text as they come, exactly. Pure. */

/** What tokenizers write for bytes that are no whole character yet. */
const UNFINISHED = "\uFFFD";
/** Tokens before the answer that are looked at, so that its first word gets the space that is due. */
const CONTEXT_TOKENS = 16;

export type Decode = (tokens: readonly bigint[]) => string;

/**
 * Some tokenizers drop the space before the first word of what they decode, so a token is decoded together with
 * those before it, and what is new in the text is the piece. A character of several tokens comes whole.
 */
export class TextPieces {
  #known: bigint[];
  #knownText: string;
  #fresh: bigint[] = [];
  /** Text that the model is expected to repeat, since it was taken from the end of the prompt. */
  #withheld: string;

  constructor(
    readonly decode: Decode,
    { before = [], withheld = "" }: { before?: readonly bigint[]; withheld?: string } = {},
  ) {
    this.#known = before.slice(-CONTEXT_TOKENS);
    this.#knownText = decode(this.#known);
    this.#withheld = withheld;
  }

  /** The text that this token completes; empty while a character is unfinished. */
  push(token: bigint): string {
    this.#fresh.push(token);
    const text = this.#text();
    if (text === "" || text.endsWith(UNFINISHED)) return "";
    this.#settle();
    return this.#without(text);
  }

  /** What is left at the end: nothing, but for a character that was cut short, which nobody can read. */
  end(): string {
    const text = this.#text().replace(/\uFFFD+$/, "");
    this.#settle();
    return this.#without(text);
  }

  #text(): string {
    return this.decode([...this.#known, ...this.#fresh]).slice(this.#knownText.length);
  }

  #settle(): void {
    // The newest tokens alone are enough to decode the next against; all of them would cost more each time.
    this.#known = this.#fresh;
    this.#fresh = [];
    this.#knownText = this.decode(this.#known);
  }

  #without(text: string): string {
    const withheld = this.#withheld;
    if (text !== "") this.#withheld = "";
    return withheld !== "" && text.startsWith(withheld) ? text.slice(withheld.length) : text;
  }
}

/**
 * A prefix that ends in a space is given to the model without it: its tokens carry the space before a word, and
 * after a space of its own it would write nonsense.
 */
export function splitPrefix(prefix: string): { given: string; withheld: string } {
  return prefix.endsWith(" ")
    ? { given: prefix.slice(0, -1), withheld: " " }
    : { given: prefix, withheld: "" };
}
