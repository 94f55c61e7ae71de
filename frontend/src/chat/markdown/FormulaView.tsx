import { type CSSProperties, createElement, memo, type ReactNode, useMemo } from "react";
import { useStore } from "../../lib/store";
import type { MathElement } from "./formula";
import { formulas } from "./libraries";
import { withoutSteering } from "./links";

interface FormulaViewProps {
  tex: string;
  display: boolean;
}

/** A formula; its TeX while the library is on its way, and where it is none that we can show. */
export const FormulaView = memo(function FormulaView({ tex, display }: FormulaViewProps) {
  const library = useStore(formulas);
  const tree = useMemo(() => library?.formula(tex, display) ?? null, [library, tex, display]);
  const shown = tree === null ? <code dir="ltr">{withoutSteering(tex)}</code> : draw(tree, 0);
  if (!display) return <span className="formula">{shown}</span>;
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset can't stand in a sentence.
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable with the keyboard.
    <span className="formula-display" tabIndex={0} role="group" aria-label="Formula">
      {shown}
    </span>
  );
});

/** Still being written: in one line, so that the formula that takes its place isn't smaller. */
export function OpenFormula({ tex }: { tex: string }) {
  return (
    <span className="formula-display formula-open">
      <code dir="ltr">{withoutSteering(tex.replace(/\s+/g, " "))}</code>
    </span>
  );
}

function draw(node: MathElement | string, key: number): ReactNode {
  if (typeof node === "string") return node;
  const { tag, attributes, className, style, children } = node;
  return createElement(
    tag,
    // Styles go through the DOM: in markup our Content-Security-Policy would refuse them.
    {
      ...attributes,
      key,
      className: className === "" ? undefined : className,
      style: style as CSSProperties,
    },
    ...children.map(draw),
  );
}
