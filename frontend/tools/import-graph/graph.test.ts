import { expect, test } from "vitest";
import { circles, folderCircles, specifiers } from "./graph.mjs";

function graph(arrows: Record<string, string[]>) {
  return new Map(Object.entries(arrows).map(([from, to]) => [from, new Set(to)]));
}

test("everything that is imported counts: types, what is passed on, what is loaded later, workers", () => {
  const text = `
    import { a } from "./a";
    import type { B } from "./b";
    import "./c.css";
    export { d } from "./d";
    const e = () => import("./e");
    const f = () => new Worker(new URL("./f.ts", import.meta.url));
    // import { g } from "./g";
  `;
  expect(specifiers("x.ts", text).sort()).toEqual(["./a", "./b", "./c.css", "./d", "./e", "./f.ts"]);
});

test("files that reach each other are one circle", () => {
  const files = graph({ "a.ts": ["b.ts"], "b.ts": ["c.ts"], "c.ts": ["a.ts"], "d.ts": ["a.ts"] });
  expect(circles(files).map((circle) => circle.sort())).toEqual([["a.ts", "b.ts", "c.ts"]]);
  expect(folderCircles(files)).toEqual([]);
});

test("folders that use each other are a circle, whichever of their files do", () => {
  const files = graph({ "x/one.ts": ["y/one.ts"], "y/one.ts": [], "y/two.ts": ["x/two.ts"], "x/two.ts": [] });
  expect(circles(files)).toEqual([]);
  expect(folderCircles(files).map((circle) => circle.sort())).toEqual([["x", "y"]]);
});

test("a file beside a folder is in a circle with it, and folders are looked at on each level", () => {
  const files = graph({ "p/app.ts": ["p/q/in.ts"], "p/q/in.ts": [], "p/q/out.ts": ["p/app.ts"] });
  expect(folderCircles(files).map((circle) => circle.sort())).toEqual([["p/app.ts", "p/q"]]);
});
