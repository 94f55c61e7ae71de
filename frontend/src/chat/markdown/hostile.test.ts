import { describe, expect, it } from "vitest";
import { formula } from "./formula";
import { highlight } from "./highlight";
import { grow, type LiveText, whole } from "./live";
import { spoken } from "./spoken";

/** Of the processor's time, and generous: what would freeze a page takes a hundred times as long. */
const TIME_MAX_MS = 10_000;
const CHARS = 200_000;

const filled = (part: string) => part.repeat(Math.ceil(CHARS / part.length));

const HOSTILE: Record<string, string> = {
  "one line": filled("x"),
  "one line of spaces": filled(" "),
  brackets: filled("["),
  "brackets and links": filled("[a]("),
  images: filled("!["),
  stars: filled("*"),
  "stars and letters": filled("*a **b _c "),
  underscores: filled("_a__b"),
  backticks: Array.from({ length: 600 }, (_, n) => "`".repeat(n)).join(" "),
  quotes: filled(">"),
  "quotes in lines": filled("> > > >\n"),
  "lists in lists": Array.from({ length: 600 }, (_, n) => `${" ".repeat(2 * n)}- a`).join("\n"),
  "list marks": filled("- "),
  numbers: filled("1. a\n"),
  "a table of many rows": `|a|b|\n|-|-|\n${filled("|1|2|\n")}`,
  "a table of many columns": `${filled("|a")}|\n${filled("|-")}|\n${filled("|1")}|`,
  pipes: filled("|"),
  "open tags": filled("<sub>"),
  "tags in tags": filled("<kbd><sub>a</sub>"),
  "line breaks": filled("<br>"),
  "details without an end": filled("<details>\n"),
  "details in one line": filled("<details><summary>a</summary>b</details>\n"),
  "details and ends": `${"<details>\n".repeat(9_000)}${"</details>\n".repeat(9_000)}`,
  "footnotes and marks": filled("[^1]: a[^1]\n"),
  "marks of footnotes": filled("[^1]"),
  "beginnings of footnotes": filled("[^"),
  "names with dollars": filled("$a:$b/"),
  "bold beside Chinese": filled("**注意：**正文"),
  links: filled("[a](https://example.com/) "),
  footnotes: Array.from({ length: 5_000 }, (_, n) => `[^${n}]: https://example.com/${n}`).join("\n"),
  "references to them": filled("[a][b]\n\n[b]: https://example.com/\n\n"),
  addresses: filled("https://example.com/a "),
  "one address": `https://${filled("a.")}`,
  formulas: filled("$x$ "),
  dollars: filled("$"),
  "formulas without an end": filled("$$a\n"),
  "brackets of formulas": filled("\\("),
  backslashes: filled("\\"),
  entities: filled("&amp;"),
  "unclosed fences": filled("```\n"),
  "fences of all lengths": Array.from({ length: 600 }, (_, n) => "`".repeat(n + 3)).join("\n"),
  html: filled("<a "),
  comments: filled("<!--"),
  "accents on accents": filled("a\u0301\u0302\u0303"),
  "turned around": filled("\u202e"),
  "empty lines": filled("\n"),
  "lone returns": filled("\r"),
  setext: filled("a\n=\n"),
  tildes: filled("~~a"),
};

/** What the work took of the processor: what else the machine does meanwhile is not in it. */
function took(work: () => void): number {
  const begun = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(begun);
  return (user + system) / 1_000;
}

describe("an answer made to freeze the page", () => {
  it.each(Object.entries(HOSTILE))("%s, read at once", (_name, source) => {
    expect(took(() => whole(source))).toBeLessThan(TIME_MAX_MS);
    expect(took(() => spoken(source))).toBeLessThan(TIME_MAX_MS / 5);
  });

  it.each(Object.entries(HOSTILE))("%s, as it comes: no piece takes long", (_name, source) => {
    let state: LiveText | null = null;
    let longest = 0;
    for (let end = 8_000; end <= 56_000; end += 8_000) {
      const part = source.slice(0, end);
      longest = Math.max(
        longest,
        took(() => {
          state = grow(state, part);
        }),
      );
    }
    expect(longest).toBeLessThan(TIME_MAX_MS / 2);
  });

  it.each([
    "python",
    "js",
    "ts",
    "bash",
    "xml",
    "css",
    "c",
    "cpp",
    "markdown",
    "sql",
    "php",
    "rust",
    "yaml",
    "ruby",
  ])("code in %s", (language) => {
    for (const part of [
      "a",
      " ",
      "(",
      "{",
      "<",
      "'",
      '"',
      "a.",
      "a ",
      "-",
      "1",
      "/*",
      "a(",
      "<a ",
      "\\",
      "$",
      "`",
      "[",
      "a=",
      "x:",
      "::",
    ]) {
      expect(took(() => highlight(filled(part), language))).toBeLessThan(TIME_MAX_MS / 5);
    }
  });

  it.each([
    "{",
    "x_",
    "\\frac",
    "\\sqrt{",
    "\\left(",
    "^",
    "\\overbrace{",
    "&",
    "\\begin{matrix}",
    "\\\\",
    "\\kern1000em",
  ])("a formula of %s", (part) => {
    expect(took(() => formula(filled(part).slice(0, 4_000), true))).toBeLessThan(TIME_MAX_MS / 2);
  });
});
