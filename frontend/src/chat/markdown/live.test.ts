import { describe, expect, it } from "vitest";
import { OPEN_MAX_CHARS, SHOWN_MAX_CHARS } from "./limits";
import { grow, type LiveText, whole } from "./live";
import type { Block } from "./tree";

const RICH = `# Owls

An owl turns its head **270 degrees**, see [this](https://example.com/owls "Owls").
Second line with \`code\` and $x^2$.

1. One

   with a second paragraph
2. Two
   - [x] done
   - [ ] to do

| Bird | Weight |
|:-----|-------:|
| Owl  | 2.1 kg |
| Wren | 9 g    |

> A quote
> goes on

\`\`\`python
def turn(owl):

    return owl  # **no** bold here
\`\`\`

$$
\\int_0^1 x \\, dx
- \\frac{1}{2}
$$

***

Setext
======

The end.`;

/** The answer as it comes, in pieces of so many characters; every state of it. */
function typed(source: string, step: number): LiveText[] {
  const states: LiveText[] = [];
  let state: LiveText | null = null;
  for (let end = step; end < source.length + step; end += step) {
    state = grow(state, source.slice(0, end));
    states.push(state);
  }
  return states;
}

const blocksOf = (state: LiveText | undefined): readonly Block[] => [
  ...(state?.finished ?? []),
  ...(state?.open ?? []),
];

describe("an answer being typed", () => {
  it.each([1, 3, 7, 50])("ends as what it is when read at once (%i characters at a time)", (step) => {
    expect(blocksOf(typed(RICH, step).at(-1))).toEqual(whole(RICH).finished);
  });

  it("keeps what is finished, the same objects, and never takes it back", () => {
    let before: LiveText | null = null;
    for (const state of typed(RICH, 1)) {
      before?.finished.forEach((block, index) => {
        expect(state.finished[index]).toBe(block);
      });
      before = state;
    }
    expect(before?.finished.length).toBeGreaterThanOrEqual(8);
  });

  it("parses only its end anew", () => {
    const long = `${"A paragraph of some words.\n\n".repeat(500)}The last`;
    const state = grow(null, long);
    expect(long.length - state.consumed).toBeLessThan(50);
    expect(state.open).toHaveLength(2);
  });

  it("begins anew when the text isn't what it was, as after a reload", () => {
    const state = grow(grow(null, "First one\n\nsecond"), "Other");
    expect(blocksOf(state)).toEqual([{ type: "paragraph", inlines: [{ type: "text", text: "Other" }] }]);
  });

  it("a paragraph that goes on after a lone mark isn't cut", () => {
    const states = typed("para\n#hashtag and 1\n1 more", 1);
    expect(blocksOf(states.at(-1))).toHaveLength(1);
  });

  it("finds at its end the address that stands further down", () => {
    const source = "See [this][1].\n\nMore.\n\n[1]: https://example.com/";
    expect(JSON.stringify(whole(source))).toContain('"href":"https://example.com/"');
  });

  it("reads lines that end as on Windows", () => {
    const source = RICH.replaceAll("\n", "\r\n");
    expect(blocksOf(typed(source, 5).at(-1))).toEqual(whole(source).finished);
  });
});

describe("an answer that is too long", () => {
  const endless = "x".repeat(1_000_000);

  it("a megabyte in one line is cut, and the rest waits", () => {
    const { finished, hiddenChars, consumed } = whole(endless);
    expect(consumed).toBeLessThan(SHOWN_MAX_CHARS + OPEN_MAX_CHARS);
    expect(hiddenChars).toBe(endless.length - consumed);
    expect(finished.length).toBeLessThan(10);
  });

  it("shows all of it on asking", () => {
    expect(whole(endless, 2_000_000).hiddenChars).toBe(0);
  });

  it("costs nothing more once enough is shown", () => {
    const state = grow(null, endless.slice(0, 200_000));
    const more = grow(state, endless);
    expect(more.finished).toEqual(state.finished);
    expect(more.hiddenChars).toBeGreaterThan(800_000);
  });

  it("an endless code block goes on as code", () => {
    const code = `\`\`\`js\n${"let a = 1;\n".repeat(9_000)}`;
    const { finished } = whole(code);
    expect(finished.length).toBeGreaterThan(1);
    expect(new Set(finished.map((block) => (block.type === "code" ? block.language : block.type)))).toEqual(
      new Set(["js"]),
    );
    const open = grow(null, code.slice(0, 80_000));
    expect(blocksOf(open).every((block) => block.type === "code")).toBe(true);
  });

  it("an endless table goes on as a table with the same head", () => {
    const table = `words\n\n| a | b |\n|--:|---|\n${"| 1 | 2 |\n".repeat(4_000)}`;
    const [words, ...tables] = whole(table).finished;
    expect(words?.type).toBe("paragraph");
    expect(tables.length).toBeGreaterThan(1);
    const sizes = tables.map((block) =>
      block.type === "table" && block.align[0] === "right" ? block.rows.length : 0,
    );
    expect(sizes.reduce((sum, rows) => sum + rows, 0)).toBe(4_000);
  });

  it("a list that is nested too deeply keeps to itself", () => {
    const deep = Array.from({ length: 60 }, (_, depth) => `${"  ".repeat(depth)}- item`).join("\n");
    expect(whole(`${deep}\n\nAfter it.`).finished.map((block) => block.type)).toEqual(["list", "paragraph"]);
  });
});
