/** Searching a line for what closes a mark, once for however many marks there are. */
import type { StateInline } from "markdown-it";

const known = new WeakMap<StateInline, Map<string, { from: number; at: number }>>();

/** Where `closer` comes next; -1 where it doesn't. A line of a thousand openers is searched once. */
export function nextCloser(state: StateInline, closer: string, from: number): number {
  const closers = known.get(state) ?? new Map<string, { from: number; at: number }>();
  known.set(state, closers);
  const last = closers.get(closer);
  if (last !== undefined && from >= last.from && (last.at < 0 || from <= last.at)) return last.at;
  const at = state.src.indexOf(closer, from);
  closers.set(closer, { from, at });
  return at;
}
