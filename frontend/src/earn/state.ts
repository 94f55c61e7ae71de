/** Every state that the Earn page can be in, in one union. */
import type { LoadProgress } from "../engine/engine";
import type { Problem } from "./problems";

/** What a running worker does right now. */
export type Activity =
  | { type: "waiting" }
  | {
      type: "generating";
      jobId: string;
      tokens: number;
      /** The engine's own speed in this answer, once two tokens are there. */
      tokensPerSecond: number | null;
    }
  /** `finishing`: an answer is still being written, then it pauses. */
  | { type: "paused"; finishing: boolean };

export interface Running {
  phase: "running";
  workerId: string;
  modelName: string;
  activity: Activity;
  /** Whether the network can be reached. */
  online: boolean;
  /** Stop after this job was asked. */
  stopping: boolean;
  /** Measured in the self-test before earning. */
  selfTestTokensPerSecond: number;
}

export type EarnState =
  /** Not started, or stopped. `problem` says why it ended, where it wasn't asked to. */
  | { phase: "before"; problem: Problem | null }
  | { phase: "preparing"; modelName: string; progress: LoadProgress }
  /** The self-test before earning. */
  | { phase: "testing"; modelName: string }
  | Running
  /** Another tab of this browser has the GPU. */
  | { phase: "elsewhere" };
