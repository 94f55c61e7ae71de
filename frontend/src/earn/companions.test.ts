import { beforeEach, describe, expect, it } from "vitest";
import { settled } from "../lib/fake-clock";
import { Store } from "../lib/store";
import { BackgroundWatch } from "./background";
import { keepScreenOn, showInTitle } from "./companions";
import { problem } from "./problems";
import type { Activity, EarnState } from "./state";

const before: EarnState = { phase: "before", problem: null };

function running(activity: Activity, online = true): EarnState {
  return {
    phase: "running",
    workerId: "wrk_1",
    modelName: "Tiny",
    activity,
    online,
    stopping: false,
    selfTestTokensPerSecond: 20,
  };
}

function generating(tokens: number): EarnState {
  return running({ type: "generating", jobId: "a", tokens, tokensPerSecond: null });
}

describe("the title", () => {
  it("tells how it goes, and is the page's own again after", () => {
    const state = new Store<EarnState>(before);
    const answers = new Store(0);
    const page = { title: "Earn – ashao" };
    showInTitle(state, answers, page);
    const seen = [page.title];
    const see = (next: EarnState) => {
      state.set(next);
      seen.push(page.title);
    };
    see({ phase: "testing", modelName: "Tiny" });
    see(running({ type: "waiting" }));
    answers.set(1);
    see(generating(3));
    see(running({ type: "paused", finishing: false }));
    see(running({ type: "waiting" }, false));
    see({ phase: "before", problem: problem("device-lost") });
    see(before);
    expect(seen).toEqual([
      "Earn – ashao",
      "Preparing – ashao",
      "● 0 answers – ashao",
      "● 1 answer – ashao",
      "Paused – ashao",
      "Offline – ashao",
      "Stopped – ashao",
      "Earn – ashao",
    ]);
  });
});

describe("the screen", () => {
  it("stays on while a worker runs, also after the page was hidden", async () => {
    let held = 0;
    let asked = 0;
    let show: () => void = () => undefined;
    const state = new Store<EarnState>(before);
    keepScreenOn(state, {
      keepOn: async () => {
        held += 1;
        asked += 1;
        return {
          release: async () => {
            held -= 1;
          },
        };
      },
      visible: () => true,
      onVisible: (callback) => {
        show = callback;
      },
    });
    show();
    expect(asked).toBe(0);
    state.set(running({ type: "waiting" }));
    state.set(generating(1));
    await settled();
    expect([held, asked]).toEqual([1, 1]);
    show();
    await settled();
    expect([held, asked]).toEqual([1, 2]);
    state.set(before);
    await settled();
    expect(held).toBe(0);
  });

  it("may go off where the browser refuses", async () => {
    const state = new Store<EarnState>(before);
    const keepOn = () => Promise.reject(new Error("No."));
    keepScreenOn(state, { keepOn, visible: () => true, onVisible: () => undefined });
    state.set(running({ type: "waiting" }));
    state.set(before);
    await settled();
  });
});

describe("the note about the background", () => {
  let nowMs: number;
  let watch: BackgroundWatch;

  beforeEach(() => {
    nowMs = 0;
    watch = new BackgroundWatch(() => nowMs);
  });

  /** An answer of `seconds`, at `perSecond` tokens a second. */
  function answer(seconds: number, perSecond: number): void {
    for (let i = 0; i <= seconds; i += 1) {
      watch.observe(generating(1 + i * perSecond));
      nowMs += 1_000;
    }
    watch.observe(running({ type: "waiting" }));
    watch.answered();
  }

  it("compares how fast it was while hidden and while shown", () => {
    answer(5, 20);
    watch.visibilityChanged(true, generating(1));
    answer(20, 5);
    nowMs += 20_000;
    watch.visibilityChanged(false, running({ type: "waiting" }));
    expect(watch.note.get()).toEqual({
      seconds: 41,
      jobs: 1,
      tokensPerSecondHidden: 5,
      tokensPerSecondShown: 20,
    });
    watch.dismiss();
    expect(watch.note.get()).toBeNull();
  });

  it("claims no speed that wasn't measured", () => {
    watch.visibilityChanged(true, running({ type: "waiting" }));
    nowMs += 60_000;
    watch.visibilityChanged(false, running({ type: "waiting" }));
    expect(watch.note.get()).toEqual({
      seconds: 60,
      jobs: 0,
      tokensPerSecondHidden: null,
      tokensPerSecondShown: null,
    });
  });

  it("isn't made for a glance elsewhere, nor where nothing ran", () => {
    watch.visibilityChanged(true, running({ type: "waiting" }));
    nowMs += 29_000;
    watch.visibilityChanged(false, running({ type: "waiting" }));
    expect(watch.note.get()).toBeNull();
    watch.visibilityChanged(true, before);
    nowMs += 90_000;
    watch.visibilityChanged(false, before);
    expect(watch.note.get()).toBeNull();
  });
});
