import type { ReactNode } from "react";
import { Icon } from "../ui/Icon";

export interface Stage {
  name: string;
  state: "done" | "now" | "ahead" | "failed";
  note?: ReactNode;
}

interface StepperProps {
  stages: readonly Stage[];
  label: string;
  /** Below each other, where the names of the stations are long. */
  upright?: boolean;
}

/** A way with its stations: which lie behind, where one is, which are ahead. */
export function Stepper({ stages, label, upright = false }: StepperProps) {
  return (
    <ol className={upright ? "stepper stepper-upright" : "stepper"} aria-label={label}>
      {stages.map(({ name, state, note }) => (
        <li key={name} data-state={state} aria-current={state === "now" ? "step" : undefined}>
          <span className="stepper-dot" aria-hidden="true">
            {state === "done" && <Icon name="check" />}
            {state === "failed" && <Icon name="close" />}
          </span>
          <span className="stepper-name">{name}</span>
          <span className="visually-hidden">{STATE_WORDS[state]}</span>
          {note !== undefined && <span className="stepper-note">{note}</span>}
        </li>
      ))}
    </ol>
  );
}

const STATE_WORDS = { done: ", done", now: ", now", ahead: "", failed: ", failed" } as const;
