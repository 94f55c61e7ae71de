import { type KeyboardEvent, useContext, useEffect, useRef, useState } from "react";
import { Button } from "../../../ui/Button";
import { isComposing } from "../../../ui/composing";
import { Icon } from "../../../ui/Icon";
import { isTouched, sends } from "../../../ui/sending-key";
import { LockReason } from "./MessageVersions";

interface EditFormProps {
  /** What to begin with. */
  text: string;
  onWrite: (text: string) => void;
  onCancel: () => void;
  onSend: (text: string) => void;
}

/** A question as something to write in. Enter sends it in its new words, Escape leaves it as it was. */
export function EditForm({ text, onWrite, onCancel, onSend }: EditFormProps) {
  const [written, write] = useState(text);
  const box = useRef<HTMLTextAreaElement>(null);
  const reason = useContext(LockReason);
  const sendable = reason === null && written.trim() !== "";
  useFocusWhileHere(box);

  function send() {
    if (sendable) onSend(written);
  }
  function onKeyDown(event: KeyboardEvent<HTMLTextAreaElement>) {
    if (isComposing(event.nativeEvent)) return;
    if (event.key === "Escape") onCancel();
    else if (sends(event.nativeEvent)) send();
    else return;
    event.preventDefault();
  }

  return (
    <form
      className="message-edit"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <textarea
        ref={box}
        className="message-edit-box"
        data-testid="edit-box"
        aria-label="Your message, in new words"
        rows={1}
        dir="auto"
        enterKeyHint={isTouched() ? "enter" : "send"}
        value={written}
        onChange={(event) => {
          write(event.target.value);
          onWrite(event.target.value);
        }}
        onKeyDown={onKeyDown}
      />
      <div className="message-edit-bar">
        <span className="message-edit-note">{reason ?? "The conversation goes on from here anew."}</span>
        <Button look="quiet" data-testid="edit-cancel" onClick={onCancel}>
          Cancel
        </Button>
        <Button type="submit" look="primary" data-testid="edit-send" disabled={!sendable}>
          Send <Icon name="send" />
        </Button>
      </div>
    </form>
  );
}

/** Takes the focus, and gives it back to what had it before. */
function useFocusWhileHere(box: { current: HTMLTextAreaElement | null }) {
  useEffect(() => {
    const before = document.activeElement;
    const element = box.current;
    element?.focus();
    element?.setSelectionRange(element.value.length, element.value.length);
    element?.scrollIntoView({ block: "nearest" });
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus({ preventScroll: true });
    };
  }, [box]);
}
