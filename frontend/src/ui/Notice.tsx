import type { ReactNode } from "react";

interface NoticeProps {
  tone: "error" | "note";
  children: ReactNode;
  actions?: ReactNode;
}

/** One plain sentence about something that needs attention, with what can be done about it. */
export function Notice({ tone, children, actions }: NoticeProps) {
  const marks =
    tone === "error" ? ({ role: "alert", "data-testid": "error" } as const) : ({ role: "status" } as const);
  return (
    <div className={`notice notice-${tone}`} {...marks}>
      <p>{children}</p>
      {actions && <div className="notice-actions">{actions}</div>}
    </div>
  );
}
