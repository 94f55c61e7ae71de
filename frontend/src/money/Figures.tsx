import type { ReactNode } from "react";

/** What stands where a figure isn't known yet: as wide as one, so that nothing jumps. */
export const UNKNOWN = "–";

interface FigureProps {
  name: string;
  note?: ReactNode;
  /** The figure that the section is about. */
  main?: boolean;
  children: ReactNode;
}

/** A named amount, below a line. */
export function Figure({ name, note, main = false, children }: FigureProps) {
  return (
    <div className={main ? "figure figure-main" : "figure"}>
      <dt>{name}</dt>
      <dd className="figure-value">{children}</dd>
      {note !== undefined && <dd className="figure-note">{note}</dd>}
    </div>
  );
}

export function Figures({ children, testId }: { children: ReactNode; testId?: string }) {
  return (
    <dl className="figures" data-testid={testId}>
      {children}
    </dl>
  );
}

/** A figure with what a test reads it by; `exact` is in the smallest unit. */
export function Exact({ testId, exact, text }: { testId: string; exact: unknown; text: string | null }) {
  const known = text !== null;
  return (
    <span data-testid={testId} data-exact={known ? String(exact) : undefined}>
      {text ?? UNKNOWN}
    </span>
  );
}
