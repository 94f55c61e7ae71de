import { expect, test } from "vitest";
import type { Problem } from "../problems";
import type { Readiness } from "../readiness";
import type { EarnState, Running } from "../state";
import { announcementOf, phaseOf, titleOf } from "./status";

const usable: Readiness = { phase: "usable", choices: [], chosenId: "m" };
const problem: Problem = {
  kind: "device-lost",
  what: "The graphics card went away.",
  advice: "Start again.",
  retry: true,
  offerNative: false,
};
const unusable: Readiness = {
  phase: "unusable",
  probe: { type: "unusable", reason: "no-webgpu" },
  problem: { ...problem, kind: "no-webgpu", what: "This browser has no WebGPU." },
};
const running: Running = {
  phase: "running",
  workerId: "wrk_1",
  modelName: "Tiny",
  activity: { type: "waiting" },
  online: true,
  stopping: false,
  selfTestTokensPerSecond: 20,
};
const downloading = (loadedBytes: number): EarnState => ({
  phase: "preparing",
  modelName: "Tiny",
  progress: { phase: "downloading", loadedBytes, totalBytes: 1000, bytesPerSecond: 1, secondsLeft: null },
});

test.each<[EarnState, Readiness, string]>([
  [{ phase: "before", problem: null }, usable, "before"],
  [{ phase: "before", problem: null }, { phase: "asking" }, "before"],
  [{ phase: "before", problem }, usable, "problem"],
  [{ phase: "before", problem: null }, unusable, "problem"],
  [downloading(0), usable, "downloading"],
  [{ phase: "testing", modelName: "Tiny" }, usable, "testing"],
  [running, usable, "waiting"],
  [{ ...running, activity: { type: "paused", finishing: true } }, usable, "finishing"],
  [{ ...running, activity: { type: "paused", finishing: false } }, usable, "paused"],
  [{ phase: "elsewhere" }, usable, "elsewhere"],
])("the phase of %j", (state, readiness, phase) => {
  expect(phaseOf(state, readiness)).toBe(phase);
});

test("a download is read aloud in quarters, an answer not by its tokens", () => {
  expect(announcementOf(downloading(240), usable)).toBe("Downloading the model");
  expect(announcementOf(downloading(250), usable)).toBe("Downloading the model: 25 %");
  expect(announcementOf(downloading(499), usable)).toBe("Downloading the model: 25 %");
  const answering = (tokens: number): EarnState => ({
    ...running,
    activity: { type: "generating", jobId: "job_1", tokens, tokensPerSecond: tokens },
  });
  expect(announcementOf(answering(1), usable)).toBe(announcementOf(answering(99), usable));
});

test("what keeps a tab from earning is read aloud, the browser's own reason first", () => {
  expect(announcementOf({ phase: "before", problem }, usable)).toBe(
    "The graphics card went away. Start again.",
  );
  expect(announcementOf({ phase: "before", problem }, unusable)).toContain("no WebGPU");
});

test("a lost connection and an end that was asked for are said", () => {
  expect(titleOf({ ...running, online: false }, usable)).toBe("Connection lost");
  expect(titleOf({ ...running, stopping: true }, usable)).toContain("then stopping");
});
