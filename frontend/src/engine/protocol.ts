/** What page and worker say to each other. Each request has an id, which its answers repeat. */
import type { EngineProblem, Generated, GenerateInput, Loaded, LoadInput, LoadProgress } from "./engine";

/** Page to worker. `abort` ends the request of that id; the request itself still answers. */
export type Command =
  | { type: "load"; id: number; input: LoadInput }
  | { type: "generate"; id: number; input: GenerateInput }
  | { type: "abort"; id: number }
  | { type: "unload"; id: number };

/** Worker to page. */
export type EngineEvent =
  | { type: "progress"; id: number; progress: LoadProgress }
  | { type: "loaded"; id: number; loaded: Loaded }
  | { type: "text"; id: number; text: string; tokens: number }
  | { type: "generated"; id: number; generated: Generated }
  | { type: "unloaded"; id: number }
  | { type: "failed"; id: number; problem: EngineProblem; message: string }
  | { type: "lost"; message: string };
