/** No regular expression of ours can be kept busy: each is found in the source and tried with text made for it. */
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import ts from "typescript";
import { expect, it } from "vitest";

const ROOT = join(import.meta.dirname, "..");
/** What takes longer backtracks: all of them together need some seconds. */
const BACKTRACKS_MS = 200_000;
/** Where a pattern is put together while the page runs, and why it can't backtrack. */
const MADE = new Map([["chat/marks.ts", 1]]); // Alternatives of escaped words: none begins within itself.

interface Found {
  place: string;
  literal: string;
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
    const place = relative(ROOT, join(ROOT, path)).replaceAll("\\", "/");
    const source = ts.createSourceFile(path, readFileSync(join(ROOT, path), "utf-8"), ts.ScriptTarget.Latest, true);
    const visit = (node: ts.Node): void => {
      if (ts.isRegularExpressionLiteral(node)) literals.push({ place, literal: node.text });
      if ((ts.isNewExpression(node) || ts.isCallExpression(node)) && node.expression.getText(source) === "RegExp")
        made.set(place, (made.get(place) ?? 0) + 1);
      ts.forEachChild(node, visit);
    };
    visit(source);
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
  for (const first of new Set(["", begin]))
    for (const one of alphabet) for (const two of alphabet) for (const tail of ["", "\x00"])
      yield [first, one === two ? one : one + two, tail];
}
for (const { place, literal } of JSON.parse(readFileSync(0, "utf-8"))) {
  say({ trying: place + " " + literal });
  const end = literal.lastIndexOf("/");
  const source = literal.slice(1, end);
  const re = new RegExp(source, literal.slice(end + 1));
  const all = [...tries(source)].map((parts) => [timed(re, parts, LOOK), parts]).sort((a, b) => b[0] - a[0]);
  for (const [, parts] of all.slice(0, WORST)) {
    if (timed(re, parts, LONG) < NOTICED_MS) continue;
    const growths = [0, 1, 2].map(() => timed(re, parts, LONG) / timed(re, parts, SHORT));
    if (Math.min(...growths) > GROWTH_MAX) say({ found: place + " " + literal, parts, growths });
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
  expect(tried([{ place: "x", literal: "/^a*a*b/" }]).found).toHaveLength(1);
  expect(tried([{ place: "x", literal: "/^[a-z]+b/" }]).found).toEqual([]);
  expect(tried([{ place: "x", literal: "/^(a+)+$/" }], 5_000).ended).toBe(false);
});
