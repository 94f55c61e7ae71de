import { type ReactNode, useId } from "react";

interface TextFieldProps {
  label: string;
  value: string;
  onChange: (value: string) => void;
  maxLength: number;
  testId: string;
  placeholder?: string;
  hint?: ReactNode;
  required?: boolean;
}

/** One line of text with its name. */
export function TextField(props: TextFieldProps) {
  const { label, value, onChange, maxLength, testId, placeholder, hint, required = false } = props;
  const id = useId();
  return (
    <div className="field text-field">
      <label htmlFor={id}>{label}</label>
      <div className="field-box">
        <input
          id={id}
          data-testid={testId}
          autoComplete="off"
          autoCapitalize="off"
          spellCheck={false}
          maxLength={maxLength}
          placeholder={placeholder}
          required={required}
          value={value}
          aria-describedby={hint === undefined ? undefined : `${id}-hint`}
          onChange={(event) => onChange(event.target.value)}
        />
      </div>
      {hint !== undefined && (
        <p className="field-hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
    </div>
  );
}
