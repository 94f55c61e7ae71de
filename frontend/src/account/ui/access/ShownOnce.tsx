import { type ReactNode, useId, useState } from "react";
import { Button } from "../../../ui/Button";
import { copyText } from "../../../ui/clipboard";
import { focusOnAppearing } from "../../../ui/focus";
import { Icon } from "../../../ui/Icon";
import { Notice } from "../../../ui/Notice";

interface ShownOnceProps {
  /** "key", "token". */
  what: string;
  secret: string;
  warned: boolean;
  onKeep: () => void;
  onClose: () => void;
  onLose: () => void;
  /** Other ways to take it along. */
  children?: ReactNode;
}

/** A secret, this once: to be copied before its dialog is closed. */
export function ShownOnce({ what, secret, warned, onKeep, onClose, onLose, children }: ShownOnceProps) {
  return (
    <>
      <p className="once-warning">
        Copy the {what} now. It is shown this once: ashao keeps a fingerprint of it only.
      </p>
      <Copied what={what} label={`Your new ${what}`} text={secret} testId="secret" onCopied={onKeep} first />
      {children}
      {warned && (
        <Notice
          tone="error"
          actions={
            <Button look="danger" data-testid="lose-secret" onClick={onLose}>
              Close without it
            </Button>
          }
        >
          You haven’t copied it yet. Once this is closed, nobody can show it again.
        </Notice>
      )}
      <Button className="once-done" data-testid="secret-done" onClick={onClose}>
        Done
      </Button>
    </>
  );
}

interface CopiedProps {
  /** What is copied, in a word. */
  what: string;
  label: string;
  text: string;
  testId: string;
  onCopied?: () => void;
  /** What one came for: the keyboard begins here. */
  first?: boolean;
  rows?: number;
}

/** A text to be taken along, with the button that copies it. */
export function Copied({ what, label, text, testId, onCopied, first = false, rows = 2 }: CopiedProps) {
  const id = useId();
  const [said, say] = useState<"" | "Copied" | "Couldn’t copy: select it and copy it yourself.">("");
  async function copy() {
    const done = await copyText(text);
    say(done ? "Copied" : "Couldn’t copy: select it and copy it yourself.");
    if (done) onCopied?.();
  }
  return (
    <div className="copied">
      <label htmlFor={id}>{label}</label>
      <textarea
        id={id}
        className="command"
        data-testid={testId}
        readOnly
        rows={rows}
        spellCheck={false}
        value={text}
        onFocus={(event) => event.target.select()}
        onCopy={onCopied}
      />
      <div className="copied-acts">
        <Button
          ref={first ? focusOnAppearing : undefined}
          look={first ? "primary" : "plain"}
          data-testid={`copy-${testId}`}
          onClick={() => void copy()}
        >
          <Icon name={said === "Copied" ? "check" : "copy"} /> Copy the {what}
        </Button>
        <span role="status">{said}</span>
      </div>
    </div>
  );
}
