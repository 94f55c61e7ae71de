import { describe, expect, it } from "vitest";
import { missingStretches, PartCutter, partCount, partSpan, presentBytes } from "./parts";

const division = { sizeBytes: 25, partBytes: 10 };

describe("parts of a file", () => {
  it("are of one size, but for the last", () => {
    expect(partCount(division)).toBe(3);
    expect(partSpan(2, division)).toEqual({ first: 20, end: 25 });
    expect(presentBytes(new Set([0, 2]), division)).toBe(15);
    expect(partCount({ sizeBytes: 0, partBytes: 10 })).toBe(0);
    expect(partCount({ sizeBytes: 20, partBytes: 10 })).toBe(2);
  });

  it.each([
    [[], [[0, 25]]],
    [[0], [[10, 25]]],
    [
      [1],
      [
        [0, 10],
        [20, 25],
      ],
    ],
    [[2], [[0, 20]]],
    [[0, 1, 2], []],
  ])("with %j there, %j are missing", (present, missing) => {
    const spans = missingStretches(new Set(present), division);
    expect(spans.map(({ first, end }) => [first, end])).toEqual(missing);
  });
});

describe("cutting a stretch", () => {
  const bytes = Uint8Array.from({ length: 25 }, (_, index) => index);
  const cut = (cutter: PartCutter, first: number, end: number) =>
    [...cutter.push(first, bytes.subarray(first, end))].map(({ index, bytes: [begin] }) => [index, begin]);

  it("gives out parts as they are complete", () => {
    const cutter = new PartCutter({ first: 0, end: 25 }, division);
    expect(cut(cutter, 0, 4)).toEqual([]);
    expect(cut(cutter, 4, 21)).toEqual([
      [0, 0],
      [1, 10],
    ]);
    expect(cut(cutter, 21, 25)).toEqual([[2, 20]]);
    expect(cutter.done).toBe(true);
  });

  it("goes on in the middle of a part, and leaves out what it has", () => {
    const cutter = new PartCutter({ first: 10, end: 20 }, division);
    expect(cut(cutter, 10, 14)).toEqual([]);
    expect(cutter.position).toBe(14);
    expect(cut(cutter, 0, 12)).toEqual([]);
    const [part] = cutter.push(12, bytes.subarray(12, 25));
    expect(part).toEqual({ index: 1, bytes: bytes.slice(10, 20) });
    expect(cutter.done).toBe(true);
  });

  it("refuses a gap", () => {
    const cutter = new PartCutter({ first: 0, end: 25 }, division);
    expect(() => cut(cutter, 3, 5)).toThrow("gap");
  });
});
