/** A short known prompt before earning: does the model make sense here, and is it fast enough? */
import { type Engine, EngineError } from "../engine/engine";
import type { Clock } from "../lib/clock";
import { type Problem, problem, tooSlow } from "./problems";

export const SELF_TEST_PROMPT = "Count from one to twenty in words.";
const MAX_NEW_TOKENS = 32;
/** What takes longer is too slow, whatever comes of it. */
const LIMIT_MS = 60_000;
/** So many times the same in a row is no speech. */
const REPEATS = 8;
const LONGEST_REPEATED_CHARS = 16;

export type SelfTest = { type: "passed"; tokensPerSecond: number } | { type: "failed"; problem: Problem };

/** Rejects with `EngineError`, with `aborted` where `signal` ended it. */
export async function selfTest(
  engine: Pick<Engine, "generate">,
  minTokensPerSecond: number,
  { clock, signal }: { clock: Clock; signal: AbortSignal },
): Promise<SelfTest> {
  const halt = new AbortController();
  const over = new AbortController();
  const stop = () => halt.abort();
  signal.addEventListener("abort", stop, { signal: over.signal });
  void clock.sleep(LIMIT_MS, over.signal).then(stop);
  let text = "";
  try {
    const { tokensPerSecond, finish } = await engine.generate(
      {
        messages: [{ role: "user", content: SELF_TEST_PROMPT }],
        prefix: "",
        maxNewTokens: MAX_NEW_TOKENS,
      },
      (piece) => {
        text += piece;
      },
      halt.signal,
    );
    if (signal.aborted) throw new EngineError("aborted", "The self-test was called off.");
    const speed = tokensPerSecond ?? 0;
    if (finish === "aborted") return failed(tooSlow(speed, minTokensPerSecond));
    if (!makesSense(text, finish) || tokensPerSecond === null) return failed(problem("bad-output"));
    if (speed < minTokensPerSecond) return failed(tooSlow(speed, minTokensPerSecond));
    return { type: "passed", tokensPerSecond: speed };
  } finally {
    over.abort();
  }
}

function failed(why: Problem): SelfTest {
  return { type: "failed", problem: why };
}

/** Shaders that compute wrongly give nothing, one thing for ever, or bytes that are no text. */
export function makesSense(text: string, finish: "stop" | "length"): boolean {
  const said = text.trim();
  // A limit may cut a character in two; that is the limit's doing.
  const whole = finish === "length" ? said.replace(/\uFFFD{1,3}$/, "") : said;
  return whole !== "" && !whole.includes("\uFFFD") && !isOneThingRepeated(whole);
}

function isOneThingRepeated(text: string): boolean {
  // A last space, so that "the the the" repeats "the " to its end.
  const line = `${text} `;
  for (let length = 1; length <= LONGEST_REPEATED_CHARS; length += 1) {
    if (repeats(text, length) || repeats(line, length)) return true;
  }
  return false;
}

function repeats(text: string, length: number): boolean {
  if (text.length < length * REPEATS) return false;
  for (let i = length; i < text.length; i += 1) {
    if (text[i] !== text[i - length]) return false;
  }
  return true;
}
