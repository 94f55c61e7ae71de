/**
 * A model's thoughts kept apart from its answer, where the model writes both in one text. Pure. The rules are those of
 * the native worker (workers/native/ashao_worker/thinking.py).
 */

export type Kind = "text" | "reasoning";

/** A piece of what a model says: of its answer, or of what it thinks before it. */
export interface Piece {
  kind: Kind;
  text: string;
}

/**
 * What a thought begins and ends with, by the templates that are about. Only the opening of an answer is looked at:
 * further on such a word is a word, of a person who asked about it.
 */
const TAGS: readonly (readonly [string, string])[] = [
  ["<think>", "</think>"],
  ["<thinking>", "</thinking>"],
  ["<thought>", "</thought>"],
  ["<seed:think>", "</seed:think>"],
  ["[THINK]", "[/THINK]"],
  ["◁think▷", "◁/think▷"],
];
/** OpenAI's harmony: <|channel|>analysis<|message|>…<|end|><|start|>assistant<|channel|>final<|message|>… */
const CHANNEL = "<|channel|>";
const START = "<|start|>";
const MESSAGE = "<|message|>";
const BODY_ENDS: readonly string[] = ["<|end|>", "<|return|>", "<|call|>", START, CHANNEL];
const ANSWER_CHANNEL = "final";
/** What names the channel of a message is no longer than this. */
const HEAD_MAX_CHARS = 400;
const OPENERS: readonly string[] = [...TAGS.map(([opener]) => opener), CHANNEL, START];

/** What can be told now, and whether to look again at what is held. */
type Step = (over: boolean) => { piece: Piece | null; again: boolean };

/**
 * Takes an answer's text as it comes and says which of it was only thought. A tag may be cut over any number of
 * pieces: what may still become one is held back, and never more than that. A thought that is never closed is a
 * thought to its end.
 */
export class ThinkFilter {
  #held = "";
  #closer = "";
  #kind: Kind = "text";
  #thought = false;
  #step: Step = (over) => this.#opening(over);

  feed(text: string): Piece[] {
    this.#held += text;
    return this.#told(false);
  }

  /** What was still held back. */
  end(): Piece[] {
    return this.#told(true);
  }

  #told(over: boolean): Piece[] {
    const pieces: Piece[] = [];
    for (;;) {
      const { piece, again } = this.#step(over);
      if (piece !== null) pieces.push(piece);
      if (!again) return pieces;
    }
  }

  /** Before the first word: white space, and whatever may become a tag. */
  #opening(over: boolean): ReturnType<Step> {
    const begun = this.#held.trimStart();
    if (!over && OPENERS.some((tag) => tag !== begun && tag.startsWith(begun))) return NOTHING_YET;
    for (const [opener, closer] of TAGS) {
      if (!begun.startsWith(opener)) continue;
      this.#held = begun.slice(opener.length);
      this.#closer = closer;
      this.#thought = true;
      return this.#goOn((end) => this.#thinking(end));
    }
    if (begun.startsWith(CHANNEL) || begun.startsWith(START)) {
      this.#held = begun;
      return this.#goOn((end) => this.#head(end));
    }
    // The empty lines between a thought and its answer belong to neither.
    if (this.#thought) this.#held = this.#held.slice(newLinesAt(this.#held));
    return this.#goOn(() => this.#saying());
  }

  #thinking(over: boolean): ReturnType<Step> {
    const at = this.#held.indexOf(this.#closer);
    if (at < 0) return this.#release("reasoning", [this.#closer], over);
    const piece = pieceOf("reasoning", this.#held.slice(0, at));
    this.#held = this.#held.slice(at + this.#closer.length);
    return { ...this.#goOn((end) => this.#opening(end)), piece };
  }

  #saying(): ReturnType<Step> {
    const piece = pieceOf("text", this.#held);
    this.#held = "";
    return { piece, again: false };
  }

  /** Harmony: what stands before a message, and names its channel. */
  #head(over: boolean): ReturnType<Step> {
    const at = this.#held.indexOf(MESSAGE);
    if (at < 0) {
      // No such format after all.
      if (this.#held.length > HEAD_MAX_CHARS) return this.#goOn(() => this.#saying());
      if (over) this.#held = "";
      return NOTHING_YET;
    }
    const head = this.#held.slice(0, at);
    const channelAt = head.lastIndexOf(CHANNEL);
    const name = head.slice(channelAt + CHANNEL.length).trim();
    this.#kind = channelAt < 0 || name.startsWith(ANSWER_CHANNEL) ? "text" : "reasoning";
    this.#held = this.#held.slice(at + MESSAGE.length);
    return this.#goOn((end) => this.#body(end));
  }

  /** Harmony: a message. */
  #body(over: boolean): ReturnType<Step> {
    const [end] = BODY_ENDS.map((mark) => ({ mark, at: this.#held.indexOf(mark) }))
      .filter(({ at }) => at >= 0)
      .sort((one, other) => one.at - other.at);
    if (end === undefined) return this.#release(this.#kind, BODY_ENDS, over);
    const piece = pieceOf(this.#kind, this.#held.slice(0, end.at));
    const begins = end.mark === START || end.mark === CHANNEL;
    this.#held = this.#held.slice(begins ? end.at : end.at + end.mark.length);
    this.#step = (over) => this.#head(over);
    return { piece, again: this.#held !== "" };
  }

  /** Lets out what cannot be the beginning of one of `marks` any more. */
  #release(kind: Kind, marks: readonly string[], over: boolean): ReturnType<Step> {
    const kept = over ? 0 : Math.max(...marks.map((mark) => overlap(this.#held, mark)));
    const cut = this.#held.length - kept;
    const piece = pieceOf(kind, this.#held.slice(0, cut));
    this.#held = this.#held.slice(cut);
    return { piece, again: false };
  }

  #goOn(step: Step): ReturnType<Step> {
    this.#step = step;
    return { piece: null, again: true };
  }
}

const NOTHING_YET: ReturnType<Step> = { piece: null, again: false };

function pieceOf(kind: Kind, text: string): Piece | null {
  return text === "" ? null : { kind, text };
}

function newLinesAt(text: string): number {
  let at = 0;
  while (text[at] === "\n" || text[at] === "\r") at += 1;
  return at;
}

/** How much of the end of `text` may be the beginning of `mark`. */
function overlap(text: string, mark: string): number {
  for (let size = Math.min(text.length, mark.length - 1); size > 0; size -= 1) {
    if (text.endsWith(mark.slice(0, size))) return size;
  }
  return 0;
}
