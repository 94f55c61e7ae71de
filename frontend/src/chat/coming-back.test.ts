import { beforeEach, expect, it, vi } from "vitest";
import { onReturn } from "./coming-back";

let nowMs: number;
let visible: boolean;
let tick: () => void;
let turned: () => void;
const returned = vi.fn();

beforeEach(() => {
  nowMs = 0;
  visible = true;
  returned.mockReset();
  onReturn(returned, {
    now: () => nowMs,
    visible: () => visible,
    onVisibility: (changed) => {
      turned = changed;
    },
    every: (_ms, callback) => {
      tick = callback;
    },
  });
});

function pass(ms: number): void {
  nowMs += ms;
  tick();
}

function show(shown: boolean): void {
  visible = shown;
  turned();
}

it("notices that the page is shown again", () => {
  show(false);
  expect(returned).not.toHaveBeenCalled();
  show(true);
  turned(); // some browsers say it twice
  expect(returned).toHaveBeenCalledTimes(1);
});

it("notices that the machine slept, and not that time passes", () => {
  pass(5_000);
  pass(5_000);
  expect(returned).not.toHaveBeenCalled();
  pass(3_600_000);
  expect(returned).toHaveBeenCalledTimes(1);
});

it("lets a page alone that nobody sees: it is called seldom", () => {
  show(false);
  pass(60_000);
  pass(60_000);
  expect(returned).not.toHaveBeenCalled();
});
