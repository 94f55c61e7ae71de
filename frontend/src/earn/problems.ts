/** What can keep a tab from earning: one plain sentence each, and what can be done about it. */
import { ApiError } from "../api/request";

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
  | "cut-off"
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

type Said = Omit<Problem, "kind">;

const again = { retry: true, offerNative: false };
const elsewhere = { retry: false, offerNative: true };

const PROBLEMS: Readonly<Record<ProblemKind, Said>> = {
  insecure: {
    what: "Browsers give a page the graphics card only over a secure connection.",
    advice: "Open this page with https:// in its address.",
    retry: false,
    offerNative: false,
  },
  "no-webgpu": {
    what: "This browser doesn’t have WebGPU, which is what lets a page use the graphics card.",
    advice:
      "Open this page in Chrome or Edge 113 or newer, Safari 26 or newer, or Firefox 141 or newer on Windows, or run the native worker.",
    ...elsewhere,
  },
  "no-adapter": {
    what: "This browser has WebGPU, but found no graphics card that it may use.",
    advice:
      "Turn on hardware acceleration in the browser’s settings and update the graphics driver, or run the native worker.",
    ...elsewhere,
  },
  "software-adapter": {
    what: "This browser only imitates a graphics card on the processor, which is far too slow.",
    advice: "Turn on hardware acceleration in the browser’s settings, or run the native worker.",
    ...elsewhere,
  },
  "too-little-memory": {
    what: "This machine’s graphics card hasn’t got the memory that the models here need.",
    advice: "Choose a smaller model or close other tabs, or run the native worker.",
    retry: false,
    offerNative: true,
  },
  "download-failed": {
    what: "The model couldn’t be downloaded: the connection broke off again and again.",
    advice: "Check your connection and start again; what has arrived is kept.",
    ...again,
  },
  "model-missing": {
    what: "The host of the models doesn’t have a file of this model.",
    advice: "Choose another model for now.",
    ...again,
  },
  "disk-full": {
    what: "There isn’t enough room on this disk for the model.",
    advice: "Free some space or choose a smaller model, then start again.",
    ...again,
  },
  "weights-broken": {
    what: "The model’s files arrived damaged, twice.",
    advice: "Free the disk below and start again, or choose another model.",
    ...again,
  },
  "out-of-memory": {
    what: "The graphics card ran out of memory.",
    advice: "Close other tabs and programs that use it or choose a smaller model, then start again.",
    retry: true,
    offerNative: true,
  },
  "runtime-failed": {
    what: "The model couldn’t be started on this graphics card.",
    advice: "Reload the page and start again, choose another model, or run the native worker.",
    retry: true,
    offerNative: true,
  },
  "device-lost": {
    what: "The browser lost the graphics card, and what was being answered was handed on.",
    advice: "Start again; if it happens often, choose a smaller model or update the graphics driver.",
    ...again,
  },
  "generation-failed": {
    what: "The model failed in the middle of answers again and again, and they were handed on.",
    advice: "Start again or choose another model.",
    ...again,
  },
  "too-slow": {
    what: "This tab is too slow for the network.",
    advice: "Close other tabs and programs, choose a smaller model, or run the native worker.",
    retry: true,
    offerNative: true,
  },
  "bad-output": {
    what: "The model said nothing sensible in its test, so it takes no questions.",
    advice: "Choose another model or update the browser and the graphics driver, then start again.",
    retry: true,
    offerNative: true,
  },
  "signed-out": {
    what: "You are signed out.",
    advice: "Sign in with your wallet and start again.",
    ...again,
  },
  "too-many-workers": {
    what: "You have as many workers as one person may have.",
    advice: "Remove one that you no longer use, then start again.",
    ...again,
  },
  removed: {
    what: "This worker was removed.",
    advice: "Start again to make a new one.",
    ...again,
  },
  "taken-over": {
    what: "Another tab has taken over, and this one has stopped.",
    advice: "Work goes on in the other tab; start again to take it back.",
    ...again,
  },
  "cut-off": {
    what: "The worker has stopped: the browser ended its page.",
    advice: "What was being answered was handed on; start again to go on earning.",
    ...again,
  },
  network: {
    what: "ashao can’t be reached.",
    advice: "Check your connection and start again.",
    ...again,
  },
};

export function problem(kind: ProblemKind): Problem {
  return { kind, ...PROBLEMS[kind] };
}

export function tooSlow(measured: number, needed: number): Problem {
  const what = `This tab makes ${perSecond(measured)} tokens a second, and an answer needs ${perSecond(needed)}.`;
  return { ...problem("too-slow"), what };
}

/** One decimal below ten, where it matters. Never rounded up to what wasn't reached. */
function perSecond(speed: number): string {
  return speed < 10 ? String(Math.floor(speed * 10) / 10) : String(Math.floor(speed));
}

/** What a call to the server that wasn't taken means for a worker. */
export function networkProblem(error: unknown): Problem {
  if (!(error instanceof ApiError)) return problem("network");
  if (error.code === "too_many_workers") return problem("too-many-workers");
  if (error.status === 401) return problem("signed-out");
  return { ...problem("network"), what: error.message };
}
