import { type ReactNode, useState } from "react";
import { Button, IconButton } from "../../../ui/Button";
import { focusOnAppearing } from "../../../ui/focus";

interface RowActsProps {
  /** What is done, as a word: "Revoke". */
  word: string;
  /** What it is done to, for whoever doesn't see the row. */
  about: string;
  testId: string;
  busy: boolean;
  onAct: () => void;
  children?: ReactNode;
}

/** At the end of a row: other things to do, and the one that can't be undone, which asks first. */
export function RowActs({ word, about, testId, busy, onAct, children }: RowActsProps) {
  const [asking, setAsking] = useState(false);
  const [asked, setAsked] = useState(false);
  if (asking) {
    return (
      <span className="access-acts">
        <Button
          ref={focusOnAppearing}
          look="danger"
          data-testid={`confirm-${testId}`}
          disabled={busy}
          onClick={onAct}
        >
          {word}
        </Button>
        <Button
          look="quiet"
          onClick={() => {
            setAsking(false);
            setAsked(true);
          }}
        >
          Keep
        </Button>
      </span>
    );
  }
  return (
    <span className="access-acts">
      {children}
      <IconButton
        ref={asked ? focusOnAppearing : undefined}
        icon="trash"
        label={`${word} ${about}`}
        data-testid={testId}
        disabled={busy}
        onClick={() => setAsking(true)}
      />
    </span>
  );
}
