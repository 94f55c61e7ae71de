/** What can keep a tab from earning: one plain sentence each, and what can be done about it. */

export type ProblemKind =
  | "insecure"
  | "no-webgpu"
  | "no-adapter"
  | "software-adapter"
  | "too-little-memory"
  | "download-failed"
  | "model-missing"
  | "disk-full"
  | "weights-broken"
  | "out-of-memory"
  | "runtime-failed"
  | "device-lost"
  | "generation-failed"
  | "too-slow"
  | "bad-output"
  | "signed-out"
  | "too-many-workers"
  | "removed"
  | "taken-over"
  | "network";

export interface Problem {
  kind: ProblemKind;
  /** One sentence: what happened. */
  what: string;
  /** One sentence: what to do. */
  advice: string;
  /** Whether Start may help as it is. */
  retry: boolean;
  /** Whether the native worker is the better way on this machine. */
  offerNative: boolean;
}
