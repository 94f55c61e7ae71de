import { type ReactNode, useId } from "react";

interface AmountFieldProps {
  label: string;
  value: string;
  onChange: (value: string) => void;
  /** What is wrong with it, said at the field. */
  problem: string | null;
  unit: string;
  /** Where the unit stands. */
  unitBefore?: boolean;
  hint?: ReactNode;
  /** A button inside of the field, such as "Max". */
  aside?: ReactNode;
  testId: string;
  disabled?: boolean;
}

/** One amount as people type it. */
export function AmountField(props: AmountFieldProps) {
  const { label, value, onChange, problem, unit, unitBefore = false, hint, aside, testId } = props;
  const id = useId();
  const told = [problem === null ? null : `${id}-problem`, hint === undefined ? null : `${id}-hint`];
  const describedBy = told.filter((part) => part !== null).join(" ");
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <div className="field-box" data-wrong={problem !== null}>
        {unitBefore && <span className="field-unit">{unit}</span>}
        <input
          id={id}
          data-testid={testId}
          inputMode="decimal"
          autoComplete="off"
          spellCheck={false}
          placeholder="0"
          value={value}
          disabled={props.disabled}
          aria-invalid={problem !== null}
          aria-describedby={describedBy === "" ? undefined : describedBy}
          onChange={(event) => onChange(event.target.value)}
        />
        {!unitBefore && <span className="field-unit">{unit}</span>}
        {aside}
      </div>
      {problem !== null && (
        <p className="field-problem" id={`${id}-problem`} role="alert" data-testid={`${testId}-problem`}>
          {problem}
        </p>
      )}
      {hint !== undefined && (
        <p className="field-hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
    </div>
  );
}
