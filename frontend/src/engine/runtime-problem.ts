/** Tells apart what a runtime throws. It throws texts, so texts are looked at. */
import { EngineError, type EngineProblem } from "./engine";

const PATTERNS: readonly (readonly [RegExp, EngineProblem])[] = [
  [/device (is |was )?lost|lost device|external instance|DXGI_ERROR_DEVICE|context lost/i, "device-lost"],
  [
    /out of memory|not enough memory|bad_alloc|OutOfMemory|allocation failed|failed to allocate|array length|can't create a session.*memory/i,
    "out-of-memory",
  ],
  [/protobuf|INVALID_GRAPH|invalid model|is not valid JSON|JSON\.parse|external data/i, "weights-broken"],
];

/** No text of a conversation gets into it: messages of runtimes name operators, shapes and sizes. */
const MAX_MESSAGE_LENGTH = 300;

export function engineErrorOf(error: unknown, otherwise: EngineProblem): EngineError {
  if (error instanceof EngineError) return error;
  const message = (error instanceof Error ? error.message : String(error)).slice(0, MAX_MESSAGE_LENGTH);
  const found = PATTERNS.find(([pattern]) => pattern.test(message));
  return new EngineError(found?.[1] ?? otherwise, message);
}
