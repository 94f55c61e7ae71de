/** What goes along with a running worker: the screen stays on, the tab's title tells how it goes. */
import type { Readable } from "../lib/store";
import type { EarnState } from "./state";

interface Lock {
  release(): Promise<void>;
}

/** What the screen's wake lock needs of the browser. */
export interface Screen {
  /** Rejects where the browser refuses, as on a low battery. */
  keepOn(): Promise<Lock>;
  visible(): boolean;
  onVisible(callback: () => void): void;
}

/** Keeps the screen on while a worker runs, where the browser lets us. Hiding the page ends it; showing renews it. */
export function keepScreenOn(state: Readable<EarnState>, screen: Screen): void {
  let held: Promise<Lock | null> | null = null;
  const letGo = () => {
    void held?.then((lock) => lock?.release().catch(() => undefined));
    held = null;
  };
  const wanted = () => state.get().phase === "running" && screen.visible();
  const update = () => {
    if (state.get().phase !== "running") letGo();
    else if (held === null && wanted()) held = screen.keepOn().catch(() => null);
  };
  state.subscribe(update);
  screen.onVisible(() => {
    letGo();
    update();
  });
}

/** Null: the page's own title. */
export function titleOf(state: EarnState, answers: number): string | null {
  switch (state.phase) {
    case "preparing":
    case "testing":
      return "Preparing – ashao";
    case "running":
      if (state.activity.type === "paused") return "Paused – ashao";
      if (!state.online) return "Offline – ashao";
      return `● ${answers} ${answers === 1 ? "answer" : "answers"} – ashao`;
    case "before":
      return state.problem === null ? null : "Stopped – ashao";
    case "elsewhere":
      return null;
  }
}

export function showInTitle(
  state: Readable<EarnState>,
  answers: Readable<number>,
  page: { title: string },
): void {
  const own = page.title;
  const update = () => {
    const title = titleOf(state.get(), answers.get()) ?? own;
    if (page.title !== title) page.title = title;
  };
  state.subscribe(update);
  answers.subscribe(update);
}

export const browserScreen: Screen = {
  keepOn: () =>
    "wakeLock" in navigator
      ? navigator.wakeLock.request("screen")
      : Promise.reject(new Error("This browser has no wake lock.")),
  visible: () => document.visibilityState === "visible",
  onVisible: (callback) =>
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "visible") callback();
    }),
};
