import { describe, expect, it } from "vitest";
import { highlight } from "./highlight";
import { HIGHLIGHT_MAX_CHARS } from "./limits";

const joined = (runs: ReturnType<typeof highlight>) => runs?.map((run) => run.text).join("");

describe("colours of code", () => {
  it("are classes on runs that together are the code", () => {
    const code = "def turn(owl):\n    return '<script>'  # 270";
    const runs = highlight(code, "python");
    expect(joined(runs)).toBe(code);
    expect(runs?.[0]).toEqual({ text: "def", className: "hljs-keyword" });
  });

  it("know the usual other names, and leave what they don't know", () => {
    expect(highlight("let a", "ts")).not.toBe(null);
    expect(highlight("echo", "SH")).not.toBe(null);
    expect(highlight("x", "constructor")).toBe(null);
    expect(highlight("x", "")).toBe(null);
  });

  it("end after so many characters", () => {
    const code = "let a = 1;\n".repeat(5_000);
    const runs = highlight(code, "js");
    expect(joined(runs)).toBe(code);
    expect(runs?.at(-1)?.text.length).toBeGreaterThan(code.length - HIGHLIGHT_MAX_CHARS - 1);
  });
});
