import { expect, test } from "vitest";
import { aboutBytes, ago, bytes, bytesRate, duration, speed, timeLeft } from "./format";

const plain = (text: string) => text.replaceAll("\u00a0", " ");

test.each([
  [0, "0 bytes"],
  [999, "999 bytes"],
  [630_000, "630 kB"],
  [999_600, "1 MB"],
  [412_300_000, "412 MB"],
  [999_700_000, "1.00 GB"],
  [1_240_000_000, "1.24 GB"],
  [12_400_000_000, "12.4 GB"],
])("%d bytes", (count, shown) => {
  expect(plain(bytes(count))).toBe(shown);
});

test("rough sizes have no false precision", () => {
  expect(plain(aboutBytes(420_000_000))).toBe("420 MB");
  expect(plain(aboutBytes(1_120_000_000))).toBe("1.1 GB");
});

test.each([
  [0, "0 bytes/s"],
  [640_000, "640 kB/s"],
  [8_340_000, "8.3 MB/s"],
  [120_000_000, "120 MB/s"],
])("%d bytes a second", (rate, shown) => {
  expect(plain(bytesRate(rate))).toBe(shown);
});

test.each([
  [0, "a few seconds left"],
  [11, "about 15 s left"],
  [55, "about 55 s left"],
  [56, "about 1 min left"],
  [61, "about 2 min left"],
  [3_600, "about 1 h left"],
  [3_601, "about 1 h 1 min left"],
])("%d s left", (seconds, shown) => {
  expect(plain(timeLeft(seconds))).toBe(shown);
});

test.each([
  [0.84, "0.8 s"],
  [9.96, "10 s"],
  [59.6, "1 min 0 s"],
  [192, "3 min 12 s"],
  [7_260, "2 h 1 min"],
])("took %d s", (seconds, shown) => {
  expect(plain(duration(seconds))).toBe(shown);
});

test.each([
  [null, "–"],
  [4.24, "4.2"],
  [9.97, "10"],
  [31.4, "31"],
])("%s tokens a second", (value, shown) => {
  expect(speed(value)).toBe(shown);
});

test.each([
  [null, "never"],
  ["2026-01-02T11:59:30Z", "just now"],
  ["2026-01-02T12:00:20Z", "just now"], // a server whose clock is ahead
  ["2026-01-02T11:57:00Z", "3 min ago"],
  ["2026-01-02T07:00:00Z", "5 h ago"],
  ["2026-01-01T08:00:00Z", "yesterday"],
  ["2025-12-20T12:00:00Z", "13 days ago"],
])("seen at %s", (iso, shown) => {
  expect(plain(ago(iso, new Date("2026-01-02T12:00:00Z")))).toBe(shown);
});
