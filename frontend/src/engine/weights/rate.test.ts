import { expect, it } from "vitest";
import { RateMeter, secondsLeft } from "./rate";

it("is the average of the last five seconds", () => {
  const meter = new RateMeter(0);
  expect(meter.bytesPerSecond(0)).toBe(0);
  for (let ms = 100; ms <= 10_000; ms += 100) meter.add(ms <= 5_000 ? 1_000 : 100, ms);
  expect(meter.bytesPerSecond(10_000)).toBe(1_000);
});

it("is over the time since the start at first", () => {
  const meter = new RateMeter(1_000);
  meter.add(500, 1_500);
  expect(meter.bytesPerSecond(2_000)).toBe(500);
});

it("falls to nothing when nothing comes", () => {
  const meter = new RateMeter(0);
  meter.add(5_000, 1_000);
  expect(meter.bytesPerSecond(5_500)).toBe(1_000);
  expect(meter.bytesPerSecond(6_000)).toBe(0);
});

it("tells the time left, or that it isn't known", () => {
  expect(secondsLeft(1_000, 100)).toBe(10);
  expect(secondsLeft(1_000, 0)).toBeNull();
});
