/** No regular expression of ours can be kept busy: each is found in the source and tried with text made for it. */
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseSync } from "vite";
import { expect, it } from "vitest";
import { isRecord } from "./decode";

const ROOT = join(import.meta.dirname, "..");
/** What takes longer backtracks: all of them together need some seconds. */
const BACKTRACKS_MS = 200_000;
/** Where a pattern is put together while the page runs, and why it can't backtrack. */
const MADE = new Map([["chat/library/marks.ts", 1]]); // Alternatives of escaped words: none begins within itself.

interface Found {
  place: string;
  source: unknown;
  flags: unknown;
}

function sources(): string[] {
  return readdirSync(ROOT, { recursive: true, encoding: "utf-8" })
    .filter((path) => /\.tsx?$/.test(path) && !/\.test\.tsx?$/.test(path))
    .sort();
}

function patterns(): { literals: Found[]; made: Map<string, number> } {
  const literals: Found[] = [];
  const made = new Map<string, number>();
  for (const path of sources()) {
    const place = path.replaceAll("\\", "/");
    const visit = (node: unknown): void => {
      if (Array.isArray(node)) for (const part of node) visit(part);
      if (!isRecord(node)) return;
      if (isRecord(node.regex)) literals.push({ place, source: node.regex.pattern, flags: node.regex.flags });
      const called = node.type === "NewExpression" || node.type === "CallExpression";
      if (called && isRecord(node.callee) && node.callee.name === "RegExp")
        made.set(place, (made.get(place) ?? 0) + 1);
      for (const part of Object.values(node)) visit(part);
    };
    const { program, errors } = parseSync(path, readFileSync(join(ROOT, path), "utf-8"));
    expect(errors).toEqual([]);
    visit(program);
  }
  return { literals, made };
}

/** Runs in a process of its own: what backtracks can't be interrupted. Each pattern is named before it is tried. */
const TRY = String.raw`
const LOOK = 400, SHORT = 4000, LONG = 16000, GROWTH_MAX = 10, NOTICED_MS = 10, WORST = 3, ALPHABET_MAX = 14;
const { writeSync, readFileSync } = require("node:fs");
const say = (what) => writeSync(1, JSON.stringify(what) + "\n");
const cpu = () => { const used = process.cpuUsage(); return (used.user + used.system) / 1000; };
function timed(re, [begin, part, tail], length) {
  const text = begin + part.repeat(Math.ceil(length / part.length)) + tail;
  const before = cpu();
  re.lastIndex = 0;
  if (re.global) text.replace(re, ""); else re.exec(text);
  return Math.max(cpu() - before, 0.001);
}
function* tries(source) {
  const plain = source.replace(/\\[pP]\{[^}]*\}|\\u\{?[0-9a-fA-F]*\}?|\\[bBdDsSwWnrt]|\(\?[:=!<]*/g, "");
  const kinds = [/\\d/.test(source) && "0", /\\s/.test(source) && " ", /[\[(^]/.test(source) && "-"].filter(Boolean);
  const alphabet = [...new Set([...kinds, ..." a0\n", ...plain.replace(/[\\^$?+()|{}]/g, "")])].slice(0, ALPHABET_MAX);
  const begin = /^\^?([\w:/ .-]*)/.exec(plain)[1];
  const runs = [...new Set(plain.split(/[\\^$?+*()|{}[\]]+/))].filter((run) => run.length > 1 && run.length < 13);
  for (const first of new Set(["", begin]))
    for (const tail of ["", "\x00"]) {
      for (const one of alphabet) for (const two of alphabet) yield [first, one === two ? one : one + two, tail];
      for (const run of runs) for (const one of ["", ..."a0 "]) yield [first, run + one, tail];
    }
}
for (const { place, source, flags } of JSON.parse(readFileSync(0, "utf-8"))) {
  const named = place + " /" + source + "/" + flags;
  say({ trying: named });
  const re = new RegExp(source, flags);
  const all = [...tries(source)].map((parts) => [timed(re, parts, LOOK), parts]).sort((a, b) => b[0] - a[0]);
  for (const [, parts] of all.slice(0, WORST)) {
    if (timed(re, parts, LONG) < NOTICED_MS) continue;
    const growths = [0, 1, 2].map(() => timed(re, parts, LONG) / timed(re, parts, SHORT));
    if (Math.min(...growths) > GROWTH_MAX) say({ found: named, parts, growths });
  }
}`;

function tried(literals: readonly Found[], timeout = BACKTRACKS_MS) {
  const ran = spawnSync(process.execPath, ["-e", TRY], {
    input: JSON.stringify(literals),
    timeout,
    encoding: "utf-8",
    maxBuffer: 2 ** 24,
  });
  const lines = ran.stdout.split("\n").filter((line) => line !== "");
  return {
    ended: ran.status === 0,
    problem: ran.stderr,
    last: lines.at(-1),
    found: lines.filter((line) => line.startsWith('{"found"')),
  };
}

it("takes time that grows with the length of the text", { timeout: BACKTRACKS_MS + 60_000 }, () => {
  const { literals, made } = patterns();
  expect(literals.length).toBeGreaterThan(20);
  const result = tried(literals);
  expect(result.problem).toBe("");
  expect(result.ended, `this one never ends: ${result.last}`).toBe(true);
  expect(result.found).toEqual([]);
  expect(made).toEqual(MADE);
});

it("is noticed where it doesn't", { timeout: 60_000 }, () => {
  expect(tried([{ place: "x", source: "^a*a*b", flags: "" }]).found).not.toEqual([]);
  expect(tried([{ place: "x", source: "^[a-z]+b", flags: "" }]).found).toEqual([]);
  expect(tried([{ place: "x", source: "^(a+)+$", flags: "" }], 5_000).ended).toBe(false);
});
