import { describe, expect, it } from "vitest";
import { directionOfBlocks } from "./direction";
import { grow, type LiveText, whole } from "./live";
import { parseBlocks } from "./parser";
import type { Block, Inline } from "./tree";

function inlinesOf(source: string): readonly Inline[] {
  const [block] = whole(source).finished;
  return block?.type === "paragraph" ? block.inlines : [];
}

/** The words in marks of a kind, anywhere in a line. */
function marked(inlines: readonly Inline[], type: string): string[] {
  return inlines.flatMap((inline) => {
    if (!("inlines" in inline)) return [];
    return inline.type === type ? [words(inline.inlines)] : marked(inline.inlines, type);
  });
}

function words(inlines: readonly Inline[]): string {
  return inlines
    .map((inline) => ("text" in inline ? inline.text : "inlines" in inline ? words(inline.inlines) : ""))
    .join("");
}

function typed(source: string): LiveText {
  let state: LiveText | null = null;
  for (let end = 1; end <= source.length; end += 1) state = grow(state, source.slice(0, end));
  if (state === null) throw new Error("nothing was typed");
  return state;
}

describe("bold beside Chinese, Japanese and Korean", () => {
  it.each([
    ["**注意：**正文", "注意："],
    ["含**「重点」**内容", "「重点」"],
    ["これは**重要（じゅうよう）**です", "重要（じゅうよう）"],
    ["한국어 **강조(強調)**는", "강조(強調)"],
    ["**“你好。”**然后", "“你好。”"],
    ["使用**`code`**函数", "code"],
    ["**重要。**これは", "重要。"],
    ["*强调！*之后", ""],
  ])("%s", (source, bold) => {
    expect(marked(inlinesOf(source), "strong").join()).toBe(bold);
    const [open] = typed(source).open;
    expect(open?.type === "paragraph" && marked(open.inlines, "strong").join()).toBe(bold);
  });

  it("nothing else is bold that wasn't", () => {
    for (const plain of ["2**3 = 8", "a ** b ** c", "foo**（bar）baz"])
      expect(marked(inlinesOf(plain), "strong")).toEqual([]);
  });
});

describe("dollars", () => {
  const formulas = (source: string) =>
    inlinesOf(source).flatMap((inline) => (inline.type === "math" ? [inline.tex] : []));

  it.each([
    "$PATH:$HOME/bin",
    "$ASHAO/$USDC",
    "$BTC,$ETH",
    "我有$BTC和$ETH",
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a shell's variables are meant.
    "${HOME}/a:${HOME}/b",
    "$BASE/$PATH/x",
    "$5 and $6",
    "export PATH=$PATH:/opt/bin:$GOPATH/bin",
    "$AAPL-$MSFT and $A/$B",
    "US$5/US$6",
    "$_a:$_b",
    "$HOME/bin:$",
    "$NOW=$(date) $A+$(b)",
    "5$和6$，5$/6$",
    "$BTC代币和$",
    "$BTC、$比特币",
  ])("%s has no formula", (source) => {
    expect(formulas(source)).toEqual([]);
  });

  it("what is one stays one", () => {
    expect(formulas("$e^{i\\pi}+1=0$")).toEqual(["e^{i\\pi}+1=0"]);
    expect(formulas("当$x$时，$y$和$z$。")).toEqual(["x", "y", "z"]);
    expect(formulas("so 2$\\pi$, 2$x^2$ and $2+2=$")).toEqual(["\\pi", "x^2", "2+2="]);
    expect(formulas("$面积=长×宽$，$BMI=体重/身高^2$")).toEqual(["面积=长×宽", "BMI=体重/身高^2"]);
    expect(formulas("the $n$th of $k$s, $a$,$b$ and $c$.")).toEqual(["n", "k", "a", "b", "c"]);
  });
});

describe("the little HTML that is let in", () => {
  it("marks within a line, and breaks", () => {
    expect(inlinesOf("H<sub>2</sub>O<br>x<sup>**n**</sup> <kbd>Ctrl</kbd><br/>y")).toEqual([
      { type: "text", text: "H" },
      { type: "sub", inlines: [{ type: "text", text: "2" }] },
      { type: "text", text: "O" },
      { type: "break" },
      { type: "text", text: "x" },
      { type: "sup", inlines: [{ type: "strong", inlines: [{ type: "text", text: "n" }] }] },
      { type: "text", text: " " },
      { type: "kbd", inlines: [{ type: "text", text: "Ctrl" }] },
      { type: "break" },
      { type: "text", text: "y" },
    ]);
  });

  it("in capitals too, and a summary that is written bold", () => {
    expect(inlinesOf("H<SUB>2</SUB>O")).toEqual(inlinesOf("H<sub>2</sub>O"));
    const [one] = whole("<details><summary><strong>More</strong></summary>x</details>").finished;
    expect(one?.type === "details" && words(one.summary)).toBe("More");
  });

  it("nothing with attributes, nothing else, nothing in code", () => {
    for (const source of ["<sub onclick=x>2</sub>", "<b>x</b>", "<img src=x>", "a </sub> b", "<sub>2"])
      expect(inlinesOf(source)).toEqual([{ type: "text", text: source }]);
    expect(inlinesOf("`<br>`")).toEqual([{ type: "code", text: "<br>" }]);
  });

  it("details with a summary, in one line or in many, one in another", () => {
    const [one] = whole("<details><summary>More *words*</summary>Hidden</details>").finished;
    expect(one?.type === "details" && words(one.summary)).toBe("More words");
    const many =
      "<details>\n<summary>A</summary>\n\n- x\n\n<details>\n\ny\n\n</details>\n\n</details>\n\nafter";
    const [outer, after] = whole(many).finished;
    expect(outer?.type === "details" && outer.blocks.map((block) => block.type)).toEqual(["list", "details"]);
    expect(after?.type).toBe("paragraph");
  });

  it("details are open while their end isn't written, and what is typed shows in them", () => {
    const state = typed("<details><summary>A</summary>\n\nbeing wri");
    const [open] = state.open;
    expect(open?.type === "details" && open.open && open.blocks).toHaveLength(1);
  });

  it("a tag that is being typed doesn't show", () => {
    for (const begun of ["H<s", "H<sub", "H</"]) expect(typed(begun).open).toEqual(typed("H").open);
    expect(typed("H<sub>2").open).toEqual(typed("H<sub>2</sub>").open);
  });

  it("details in details in details end", () => {
    const deep = "<details>\n".repeat(2_000);
    expect(JSON.stringify(whole(deep).finished).match(/"details"/g)).toHaveLength(3);
  });
});

describe("footnotes", () => {
  it("a mark and its note", () => {
    const [sentence, note] = whole(
      "So it is.[^1]\n\n[^1]: Says [who](https://example.com).\n[^b]: x",
    ).finished;
    expect(sentence?.type === "paragraph" && sentence.inlines.at(-1)).toEqual({
      type: "note-mark",
      label: "1",
    });
    expect(note?.type === "note" && note.label).toBe("1");
  });

  it("a note of several paragraphs, and what comes after it", () => {
    const source = "So.[^a]\n\n[^a]: One,\n    two.\n\n    - three\n\n[^b]: Other\n\nafter [^b]";
    const [, note, other, after] = whole(source).finished;
    expect(note?.type === "note" && note.blocks.map((block) => block.type)).toEqual(["paragraph", "list"]);
    expect(other?.type === "note" && other.blocks).toHaveLength(1);
    expect(after?.type).toBe("paragraph");
    const nested = whole(`x[^1]\n\n${"[^1]: ".repeat(3_000)}`).finished;
    expect(JSON.stringify(nested).match(/"note"/g)).toHaveLength(1);
  });

  it("a mark without a note stays what was written; a number is one while the answer goes on", () => {
    expect(inlinesOf("[^abc] and [^1]")).toEqual([{ type: "text", text: "[^abc] and [^1]" }]);
    const [open] = typed("So it is.[^1]").open;
    expect(open?.type === "paragraph" && open.inlines.at(-1)).toEqual({ type: "note-mark", label: "1" });
  });
});

describe("the direction of what holds paragraphs", () => {
  it.each([
    ["- مرحبا\n- hello", "rtl"],
    ["1. שלום", "rtl"],
    ["> مرحبا بك", "rtl"],
    ["| اسم | a |\n|---|---|\n| x | y |", "rtl"],
    ["- **123 مرحبا**", "rtl"],
    ["- hello مرحبا", "ltr"],
    ["- 123", undefined],
  ])("%s", (source, direction) => {
    const blocks: Block[] = parseBlocks(source, false).map(({ block }) => block);
    expect(directionOfBlocks(blocks)).toBe(direction);
  });
});
