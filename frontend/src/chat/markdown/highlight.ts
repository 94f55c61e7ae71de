/** Colours for code: loaded when an answer has some. The library gives a tree, which becomes spans with classes. */
import bash from "highlight.js/lib/languages/bash";
import c from "highlight.js/lib/languages/c";
import cpp from "highlight.js/lib/languages/cpp";
import csharp from "highlight.js/lib/languages/csharp";
import css from "highlight.js/lib/languages/css";
import diff from "highlight.js/lib/languages/diff";
import dockerfile from "highlight.js/lib/languages/dockerfile";
import go from "highlight.js/lib/languages/go";
import ini from "highlight.js/lib/languages/ini";
import java from "highlight.js/lib/languages/java";
import javascript from "highlight.js/lib/languages/javascript";
import json from "highlight.js/lib/languages/json";
import kotlin from "highlight.js/lib/languages/kotlin";
import markdown from "highlight.js/lib/languages/markdown";
import php from "highlight.js/lib/languages/php";
import python from "highlight.js/lib/languages/python";
import ruby from "highlight.js/lib/languages/ruby";
import rust from "highlight.js/lib/languages/rust";
import shell from "highlight.js/lib/languages/shell";
import sql from "highlight.js/lib/languages/sql";
import swift from "highlight.js/lib/languages/swift";
import typescript from "highlight.js/lib/languages/typescript";
import xml from "highlight.js/lib/languages/xml";
import yaml from "highlight.js/lib/languages/yaml";
import { createLowlight } from "lowlight";
import { HIGHLIGHT_MAX_CHARS } from "./limits";

const lowlight = createLowlight({
  bash,
  c,
  cpp,
  csharp,
  css,
  diff,
  dockerfile,
  go,
  ini,
  java,
  javascript,
  json,
  kotlin,
  markdown,
  php,
  python,
  ruby,
  rust,
  shell,
  sql,
  swift,
  typescript,
  xml,
  yaml,
});

/** A run of characters and the class that colours it, if any. */
export interface Run {
  text: string;
  className: string;
}

/** The code in runs; joined they are the code. `null` where we know nothing of the language. */
export function highlight(text: string, language: string): readonly Run[] | null {
  const name = language.toLowerCase();
  if (!lowlight.registered(name)) return null;
  // The beginning keeps its colours when a long block goes on growing.
  const end = text.length <= HIGHLIGHT_MAX_CHARS ? text.length : text.lastIndexOf("\n", HIGHLIGHT_MAX_CHARS);
  const runs: Run[] = [];
  if (end > 0) flatten(lowlight.highlight(name, text.slice(0, end)).children, "", runs);
  if (end < text.length) runs.push({ text: text.slice(Math.max(end, 0)), className: "" });
  return runs;
}

type Nodes = ReturnType<typeof lowlight.highlight>["children"];

function flatten(nodes: Nodes, className: string, runs: Run[]): void {
  for (const node of nodes) {
    if (node.type === "text") runs.push({ text: node.value, className });
    else if (node.type === "element") {
      const names = node.properties.className;
      const own = Array.isArray(names) ? names.join(" ") : "";
      flatten(node.children as Nodes, own === "" ? className : own, runs);
    }
  }
}
