import { describe, expect, it } from "vitest";
import { NESTING_MAX } from "./limits";
import { parseBlocks } from "./parser";
import type { Block, Inline } from "./tree";

function parsed(source: string): Block[] {
  return parseBlocks(source, false).map(({ block }) => block);
}

function inlines(source: string): readonly Inline[] {
  const [block] = parsed(source);
  return block?.type === "paragraph" ? block.inlines : [];
}

const text = (value: string) => ({ type: "text", text: value });

describe("what an answer is made of", () => {
  it("headings, rules and paragraphs with marks", () => {
    expect(parsed("## Two\n\n---\n\nA **b** *c* ~~d~~ `e`\nf")).toEqual([
      { type: "heading", level: 2, inlines: [text("Two")] },
      { type: "rule" },
      {
        type: "paragraph",
        inlines: [
          text("A "),
          { type: "strong", inlines: [text("b")] },
          text(" "),
          { type: "emphasis", inlines: [text("c")] },
          text(" "),
          { type: "strike", inlines: [text("d")] },
          text(" "),
          { type: "code", text: "e" },
          { type: "break" },
          text("f"),
        ],
      },
    ]);
  });

  it("lists in lists, numbers that begin elsewhere, and boxes to tick", () => {
    const [list] = parsed("3. a\n   - [x] b\n   - [ ] c\n4. d");
    if (list?.type !== "list") throw new Error("no list");
    expect(list.start).toBe(3);
    const inner = list.items[0]?.blocks[1];
    expect(inner?.type === "list" && inner.start).toBe(null);
    expect(inner?.type === "list" && inner.items.map((item) => item.task)).toEqual([true, false]);
  });

  it("tables with their alignment", () => {
    const [table] = parsed("| a | b |\n|:--|--:|\n| 1 | **2** |");
    expect(table).toEqual({
      type: "table",
      align: ["left", "right"],
      head: [[text("a")], [text("b")]],
      rows: [[[text("1")], [{ type: "strong", inlines: [text("2")] }]]],
    });
  });

  it("code with its language, closed or still open", () => {
    expect(parsed("```py\nx = 1\n```")).toEqual([
      { type: "code", language: "py", text: "x = 1", open: false },
    ]);
    expect(parsed("```py\nx = 1\n\n# no end")).toEqual([
      { type: "code", language: "py", text: "x = 1\n\n# no end", open: true },
    ]);
  });
});

describe("formulas", () => {
  it.each([
    ["a $x^2$ b", "x^2", false],
    ["a \\(x^2\\) b", "x^2", false],
    ["a $$x^2$$ b", "x^2", true],
    ["a \\[x^2\\] b", "x^2", true],
  ])("%s", (source, tex, display) => {
    expect(inlines(source)).toContainEqual({ type: "math", tex, display });
  });

  it("on lines of their own, where a line that begins like a list is none", () => {
    expect(parsed("$$\na\n- b\n= c\n$$")).toEqual([{ type: "math", tex: "a\n- b\n= c", open: false }]);
    expect(parsed("\\[\nx\n\\]\nmore")[0]).toEqual({ type: "math", tex: "x", open: false });
  });

  it("money, lone dollars and empty lines are none", () => {
    for (const source of ["It costs $5 and $6.", "a $ b $ c", "$$\na\n\nb\n$$", "\\$x\\$", "`$x$`"]) {
      expect(JSON.stringify(parsed(source))).not.toContain('"math"');
    }
  });
});

describe("links", () => {
  it("lead to the web and to mail", () => {
    expect(inlines("[a](https://example.com/x)")[0]).toMatchObject({ href: "https://example.com/x" });
    expect(inlines("<mailto:a@example.com>")[0]).toMatchObject({ href: "mailto:a@example.com" });
    expect(inlines("see http://example.com.")[1]).toMatchObject({ href: "http://example.com/" });
  });

  it.each([
    "[a](javascript:alert(1))",
    "[a](JaVaScRiPt:alert(1))",
    "[a](\u0001javascript:alert(1))",
    "[a](java&#10;script:alert(1))",
    "[a](data:text/html,<script>1</script>)",
    "[a](vbscript:x)",
    "[a](file:///etc/passwd)",
    "[a](blob:https://example.com/1)",
    "[a](/account)",
    "[a](//example.com)",
    "[a][b]\n\n[b]: javascript:alert(1)",
    "<javascript:alert(1)>",
    "![a](javascript:alert(1))",
    `[a](https://example.com/${"x".repeat(3_000)})`,
  ])("nowhere else: %s", (source) => {
    const tree = JSON.stringify(parsed(source));
    expect(tree).not.toMatch(/"href":"(?!https:\/\/example\.com\/1")/); // which stands there in full
  });

  it("images are links with their words", () => {
    expect(inlines("![An owl](https://example.com/owl.png)")).toEqual([
      { type: "image", href: "https://example.com/owl.png", alt: "An owl" },
    ]);
  });
});

describe("HTML is text", () => {
  it.each([
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "a <b onclick=alert(1)>b</b>",
    "<svg/onload=alert(1)>",
    "<!-- x -->",
    "<style>*{display:none}</style>",
    "<div>\n\nx\n\n</div>",
  ])("%s", (source) => {
    const written: string[] = [];
    JSON.stringify(parsed(source), (key, value: unknown) => {
      if (key === "text" && typeof value === "string") written.push(value);
      return value;
    });
    expect(written.join("").replace(/\s/g, "")).toBe(source.replace(/\s/g, ""));
  });
});

describe("characters that turn the direction around", () => {
  it("show in code and, the overrides, everywhere", () => {
    expect(parsed("```\nif (a\u202e) {\u2066 // b\n```")[0]).toMatchObject({
      text: "if (a‹U+202E›) {‹U+2066› // b",
    });
    expect(inlines("`a\u202eb`")).toEqual([{ type: "code", text: "a‹U+202E›b" }]);
    expect(inlines("a\u202eb שלום\u200f!")).toEqual([text("a‹U+202E›b שלום\u200f!")]);
  });
});

describe("nesting", () => {
  it("is drawn up to a limit, and below it the text stays", () => {
    const deep = `${">".repeat(5_000)} the end`;
    const tree = parsed(deep);
    const json = JSON.stringify(tree);
    expect(json).toContain("the end");
    expect(json.match(/"quote"/g)?.length).toBe(2 * NESTING_MAX);
    const items = Array.from({ length: 200 }, (_, depth) => `${"  ".repeat(depth)}- item ${depth}`).join(
      "\n",
    );
    expect(JSON.stringify(parsed(items))).toContain("item 199");
  });
});
