// @ts-check
/**
 * Who imports whom in a folder of TypeScript, and the circles in it. Imports of types count too: whoever wants to
 * read one file of a circle must read them all, whether or not the bundler sees it.
 */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { parseSync } from "vite";

/** @typedef {Map<string, Set<string>>} Graph Each node with those it points at. */

/**
 * The sources under `root` with what they import of each other; paths are relative to it. Tests are left out: nobody
 * imports them.
 *
 * @param {string} root
 * @returns {Graph}
 */
export function readGraph(root) {
  const files = readdirSync(root, { recursive: true, encoding: "utf8" }).filter(
    (path) => /\.tsx?$/.test(path) && !/\.test\.tsx?$/.test(path),
  );
  const known = new Set(files);
  return new Map(
    files.sort().map((file) => {
      const targets = specifiers(file, readFileSync(join(root, file), "utf8"))
        .filter((specifier) => specifier.startsWith("."))
        .map((specifier) => resolve(file, specifier, known));
      return [file, new Set(targets.filter((target) => target !== null))];
    }),
  );
}

/**
 * What a source imports, as it is written there: statically, for its types, dynamically, and as a worker's URL.
 *
 * @param {string} file
 * @param {string} text
 */
export function specifiers(file, text) {
  const { module, errors } = parseSync(file, text);
  if (errors.length > 0) throw new Error(`${file}: ${errors[0]?.message}`);
  const exported = module.staticExports.flatMap(({ entries }) =>
    entries.flatMap(({ moduleRequest }) => (moduleRequest ? [moduleRequest.value] : [])),
  );
  const dynamic = module.dynamicImports.map(({ moduleRequest: { start, end } }) =>
    text.slice(start + 1, end - 1),
  );
  const workers = [...text.matchAll(/new URL\("([^"]+)", import\.meta\.url\)/g)].map(([, url]) => url ?? "");
  return [
    ...module.staticImports.map(({ moduleRequest }) => moduleRequest.value),
    ...exported,
    ...dynamic,
    ...workers,
  ];
}

/**
 * @param {string} file
 * @param {string} specifier
 * @param {Set<string>} known
 */
function resolve(file, specifier, known) {
  const path = normalize(join(dirname(file), specifier.replace(/\?.*$/, "")));
  return [path, `${path}.ts`, `${path}.tsx`].find((candidate) => known.has(candidate)) ?? null;
}

/**
 * The circles among the files and folders of each folder, where everything in a folder is one node.
 *
 * @param {Graph} files
 * @returns {string[][]}
 */
export function folderCircles(files) {
  /** @type {Map<string, Graph>} */
  const levels = new Map();
  for (const [from, targets] of files) {
    for (const to of targets) {
      const [level, here, there] = fork(from, to);
      if (here === there) continue;
      const graph = levels.get(level) ?? new Map();
      levels.set(level, graph);
      graph.set(here, (graph.get(here) ?? new Set()).add(there));
    }
  }
  return [...levels.values()].flatMap((graph) =>
    circles(graph).filter((circle) => circle.some((node) => !files.has(node))),
  );
}

/**
 * The folder in which two paths part, and what each of them goes through there.
 *
 * @param {string} from
 * @param {string} to
 * @returns {[string, string, string]}
 */
function fork(from, to) {
  const [one, other] = [from.split("/"), to.split("/")];
  let depth = 0;
  while (one[depth] === other[depth] && depth < one.length - 1) depth += 1;
  const upTo = (/** @type {string[]} */ parts) => parts.slice(0, depth + 1).join("/");
  return [one.slice(0, depth).join("/"), upTo(one), upTo(other)];
}

/**
 * The groups of nodes that reach each other (Tarjan's strongly connected components of two and more).
 *
 * @param {Graph} graph
 * @returns {string[][]}
 */
export function circles(graph) {
  /** @type {Map<string, number>} */
  const seen = new Map();
  /** @type {Set<string>} */
  const open = new Set();
  /** @type {string[][]} */
  const groups = [];
  /** @param {string} node @returns {number} */
  function visit(node) {
    const number = seen.size;
    seen.set(node, number);
    open.add(node);
    let lowest = number;
    for (const target of graph.get(node) ?? []) {
      if (!seen.has(target)) lowest = Math.min(lowest, visit(target));
      else if (open.has(target)) lowest = Math.min(lowest, seen.get(target) ?? number);
    }
    if (lowest !== number) return lowest;
    const group = [...open].slice([...open].indexOf(node));
    for (const member of group) open.delete(member);
    if (group.length > 1) groups.push(group);
    return lowest;
  }
  for (const node of graph.keys()) if (!seen.has(node)) visit(node);
  return groups;
}
