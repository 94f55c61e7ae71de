/** What the status card says: its phase for the styles and the tests, its words, and what is read aloud. */
import type { LoadProgress } from "../../engine/engine";
import { assertNever } from "../../lib/never";
import type { Problem } from "../problems";
import type { Readiness } from "../readiness";
import type { EarnState, Running } from "../state";

export type Phase =
  | "before"
  | LoadProgress["phase"]
  | "testing"
  | "waiting"
  | "generating"
  | "finishing"
  | "paused"
  | "elsewhere"
  | "problem";

export function phaseOf(state: EarnState, readiness: Readiness): Phase {
  switch (state.phase) {
    case "before":
      return problemOf(state, readiness) === null ? "before" : "problem";
    case "preparing":
      return state.progress.phase;
    case "testing":
      return "testing";
    case "running":
      return activityPhase(state);
    case "elsewhere":
      return "elsewhere";
    default:
      return assertNever(state);
  }
}

function activityPhase({ activity }: Running): Phase {
  if (activity.type === "paused") return activity.finishing ? "finishing" : "paused";
  return activity.type;
}

/** What this browser can't do comes first: Start would not help. */
export function problemOf(state: EarnState, readiness: Readiness): Problem | null {
  if (state.phase !== "before") return null;
  return readiness.phase === "unusable" ? readiness.problem : state.problem;
}

/** Whether a model is on the GPU or on its way there. */
export function isBusy(state: EarnState): boolean {
  return state.phase === "preparing" || state.phase === "testing" || state.phase === "running";
}

const TITLES: Record<Phase, string> = {
  before: "",
  checking: "Looking for the model on this disk",
  downloading: "Downloading the model",
  reading: "Reading the model",
  compiling: "Compiling for your graphics card",
  testing: "Trying it out",
  waiting: "Waiting for a question",
  generating: "Answering a question",
  finishing: "Finishing this answer, then pausing",
  paused: "Paused",
  elsewhere: "Another tab is working",
  problem: "Stopped",
};

export function titleOf(state: EarnState, readiness: Readiness): string {
  const phase = phaseOf(state, readiness);
  if (state.phase !== "running") return TITLES[phase];
  if (!state.online) return "Connection lost";
  if (state.stopping) return "Finishing this answer, then stopping";
  return TITLES[phase];
}

/** One sentence for those who listen. It changes with the phase, and in quarters of a download: not with each figure. */
export function announcementOf(state: EarnState, readiness: Readiness): string {
  const problem = problemOf(state, readiness);
  if (problem !== null) return `${problem.what} ${problem.advice}`;
  const title = titleOf(state, readiness);
  if (state.phase !== "preparing" || state.progress.phase !== "downloading") return title;
  const { loadedBytes, totalBytes } = state.progress;
  const quarter = totalBytes > 0 ? Math.floor((4 * loadedBytes) / totalBytes) : 0;
  return quarter === 0 ? title : `${title}: ${quarter * 25} %`;
}

/** Nothing was begun here yet: the page introduces itself. */
export function isNew(state: EarnState): boolean {
  return state.phase === "before" && state.problem === null;
}
