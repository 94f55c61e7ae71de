import { describe, expect, it } from "vitest";
import { formula, type MathElement } from "./formula";

function all(node: MathElement | string): MathElement[] {
  return typeof node === "string" ? [] : [node, ...node.children.flatMap(all)];
}

describe("formulas", () => {
  it.each([
    "x^2",
    "\\frac{a}{b}",
    "\\begin{pmatrix}1&2\\\\3&4\\end{pmatrix}",
    "\\sum_{i=0}^n \\sqrt{i}",
    "\\text{words}",
  ])("%s becomes MathML", (tex) => {
    const tree = formula(tex, true);
    expect(tree?.tag).toBe("math");
    expect(all(tree ?? "").length).toBeGreaterThan(1);
  });

  it.each([
    "\\frac{a",
    "\\notacommand{x}",
    "\\def\\a{\\a\\a}\\a",
    "\\newcommand{\\a}{x}\\a",
    "x".repeat(5_000),
  ])("%s is shown as it is written", (tex) => {
    expect(formula(tex, false)).toBe(null);
  });

  it.each([
    "\\href{javascript:alert(1)}{x}",
    "\\url{javascript:alert(1)}",
    "\\includegraphics{https://example.com/a.png}",
    "\\htmlData{a=b}{x}",
    '\\class{a" onclick=alert(1)}{x}',
    "\\style{position:fixed}{x}",
    "\\id{root}{x}",
    "\\text{<img src=x onerror=alert(1)>}",
    "\\color{red;background:url(https://example.com)}x",
    "\\rule{500em}{500em}",
  ])("%s gets no attribute that does anything", (tex) => {
    for (const { tag, attributes, style } of all(formula(tex, false) ?? "")) {
      expect(tag).not.toMatch(/^(a|img|script|annotation-xml|semantics-x)$/);
      for (const name of Object.keys(attributes)) expect(name).not.toMatch(/^(on|href|src|id|style|data)/);
      expect(JSON.stringify({ attributes, style })).not.toMatch(/url\(|javascript|position|500/);
    }
  });
});
