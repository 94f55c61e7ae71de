import { type KeyboardEvent, useRef, useState } from "react";
import { isComposing } from "../../../ui/composing";
import { TITLE_MAX_CHARS } from "../library";

interface RenameFormProps {
  title: string;
  /** With null: the title stays. */
  onDone: (title: string | null) => void;
}

/** The title, as something to write in. Enter and leaving it keep what was written, Escape doesn't. */
export function RenameForm({ title, onDone }: RenameFormProps) {
  const [written, setWritten] = useState(title);
  const over = useRef(false);
  function done(result: string | null) {
    if (over.current) return; // Enter and Escape take the box away, which is then left, too.
    over.current = true;
    onDone(result);
  }
  function onKeyDown(event: KeyboardEvent) {
    if (isComposing(event.nativeEvent) || (event.key !== "Enter" && event.key !== "Escape")) return;
    event.preventDefault(); // Escape would close the drawer as well.
    done(event.key === "Enter" ? written : null);
  }
  return (
    <input
      ref={selectOnAppearing}
      className="conversation-rename"
      data-testid="rename-input"
      aria-label="Title"
      maxLength={TITLE_MAX_CHARS}
      value={written}
      onChange={(event) => setWritten(event.target.value)}
      onKeyDown={onKeyDown}
      onBlur={() => done(written)}
    />
  );
}

function selectOnAppearing(input: HTMLInputElement | null): void {
  input?.focus();
  input?.select();
}
