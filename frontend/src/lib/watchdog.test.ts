import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { afterRunning } from "./watchdog";

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

it.each([1, 250, 5_000, 12_345, 60_000])("calls back once after %d ms of running", (ms) => {
  const callback = vi.fn();
  afterRunning(ms, callback);
  vi.advanceTimersByTime(ms * 0.99);
  expect(callback).not.toHaveBeenCalled();
  vi.advanceTimersByTime(ms * 3);
  expect(callback).toHaveBeenCalledOnce();
});

it("takes the one timer that goes off after a frozen page for a part of the time alone", () => {
  const callback = vi.fn();
  afterRunning(60_000, callback);
  vi.advanceTimersToNextTimer();
  expect(callback).not.toHaveBeenCalled();
});

it("is over when it is cancelled", () => {
  const callback = vi.fn();
  const cancel = afterRunning(20_000, callback);
  vi.advanceTimersByTime(10_000);
  cancel();
  vi.advanceTimersByTime(60_000);
  expect(callback).not.toHaveBeenCalled();
});
