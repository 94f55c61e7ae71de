import type { ReactNode } from "react";
import { Mark } from "./Icon";

interface BlankProps {
  title: string;
  children: ReactNode;
  actions: ReactNode;
  /** It went wrong just now: a screen reader says it at once. */
  failed?: boolean;
}

/** In place of what can't be shown: what is the matter, and what one can do. */
export function Blank({ title, children, actions, failed = false }: BlankProps) {
  const marks = failed ? ({ role: "alert", "data-testid": "error" } as const) : {};
  return (
    <div className="blank" {...marks}>
      <Mark />
      <h2 className="blank-title">{title}</h2>
      <p>{children}</p>
      <div className="blank-actions">{actions}</div>
    </div>
  );
}
