/**
 * Formulas: loaded when an answer has one. Temml turns TeX into a tree of MathML, which the browser lays out itself:
 * no fonts to fetch, no styles in markup. From its tree we take the elements and attributes that we know.
 */
import temml from "temml";
import { TEX_MAX_CHARS } from "./limits";

export interface MathElement {
  tag: string;
  attributes: Readonly<Record<string, string>>;
  className: string;
  style: Readonly<Record<string, string>>;
  children: readonly (MathElement | string)[];
}

const NODES_MAX = 2_000;
/** Macros can grow a few characters into millions, and answers don't need to make their own. */
const DEFINES =
  /\\(?:[egx]?def|let|futurelet|global|(?:re)?newcommand|providecommand|newenvironment|newcolumntype)\b/;

/** What the TeX means; `null` if it is no TeX that we show. */
export function formula(tex: string, display: boolean): MathElement | null {
  if (tex.length > TEX_MAX_CHARS || DEFINES.test(tex)) return null;
  try {
    const tree: unknown = temml.__renderToMathMLTree(tex, {
      displayMode: display,
      throwOnError: true,
      trust: false,
      maxExpand: 300,
      maxSize: [10, 20],
    });
    const [root] = elements(tree, { left: NODES_MAX });
    return typeof root === "object" && root.tag === "math" ? root : null;
  } catch {
    return null; // Temml throws at what it can't read.
  }
}

const TAGS = new Set(
  (
    "math semantics mrow mi mn mo ms mtext mspace msup msub msubsup munder mover munderover mfrac msqrt mroot mtable " +
    "mtr mtd mlabeledtr mpadded mphantom mstyle menclose mmultiscripts mprescripts none"
  ).split(" "),
);
const ATTRIBUTES = new Set(
  (
    "display mathvariant stretchy fence separator lspace rspace minsize maxsize symmetric movablelimits largeop form " +
    "accent accentunder linethickness width height depth voffset columnalign rowspacing columnspacing columnlines " +
    "rowlines frame notation displaystyle scriptlevel side mathcolor mathbackground columnspan rowspan dir"
  ).split(" "),
);
const STYLES = new Set(
  (
    "color backgroundColor border borderTop borderBottom borderLeft borderRight padding paddingLeft paddingRight " +
    "paddingTop paddingBottom textAlign fontWeight fontStyle mathDepth mathShift mathStyle width " +
    "display verticalAlign whiteSpace"
  ).split(" "),
);
const PLAIN_VALUE = /^[\w\s#.,%()+-]{0,80}$/;

function elements(node: unknown, budget: { left: number }): readonly (MathElement | string)[] {
  if (typeof node !== "object" || node === null) return [];
  budget.left -= 1;
  if (budget.left < 0) throw new Error("This formula is too long.");
  if ("text" in node && typeof node.text === "string") return [node.text];
  const children =
    "children" in node && Array.isArray(node.children)
      ? node.children.flatMap((child: unknown) => elements(child, budget))
      : [];
  const tag = "type" in node && typeof node.type === "string" ? node.type : "";
  if (tag === "annotation") return [];
  if (!TAGS.has(tag)) return children;
  return [
    {
      tag,
      attributes: known(field(node, "attributes"), ATTRIBUTES),
      className: classes(field(node, "classes")),
      style: known(field(node, "style"), STYLES),
      children,
    },
  ];
}

function field(node: object, name: string): unknown {
  return Object.entries(node).find(([key]) => key === name)?.[1];
}

function known(values: unknown, names: ReadonlySet<string>): Record<string, string> {
  if (typeof values !== "object" || values === null) return {};
  const kept = Object.entries(values).map(([name, value]): [string, string] => [name, String(value)]);
  return Object.fromEntries(kept.filter(([name, value]) => names.has(name) && PLAIN_VALUE.test(value)));
}

function classes(value: unknown): string {
  if (!Array.isArray(value)) return "";
  return value.filter((name) => typeof name === "string" && /^[\w-]+$/.test(name)).join(" ");
}
