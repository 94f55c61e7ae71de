import { type KeyboardEvent, type Ref, useId } from "react";
import { Button } from "../../../ui/Button";
import { Icon } from "../../../ui/Icon";
import { isTouched, sends } from "../../../ui/sending-key";
import type { TierChoice } from "../../tiers/ui/TierDetails";
import { TierPicker } from "../../tiers/ui/TierPicker";
import { lengthOf, lengthWords } from "../length";

interface ComposerProps extends TierChoice {
  inputRef: Ref<HTMLTextAreaElement>;
  draft: string;
  maxChars: number;
  canSend: boolean;
  /** An answer is being written and can be stopped. */
  answering: boolean;
  stopping: boolean;
  onWrite: (draft: string) => void;
  onSend: () => void;
  onStop: () => void;
}

export function Composer(props: ComposerProps) {
  const id = useId();
  function onKeyDown(event: KeyboardEvent<HTMLTextAreaElement>) {
    if (!sends(event.nativeEvent)) return;
    event.preventDefault();
    props.onSend();
  }
  return (
    <form
      className="composer"
      onSubmit={(event) => {
        event.preventDefault();
        props.onSend();
      }}
    >
      <label className="visually-hidden" htmlFor={id}>
        Your message
      </label>
      <textarea
        ref={props.inputRef}
        id={id}
        className="composer-input"
        data-testid="composer"
        rows={1}
        placeholder="Write a message"
        dir="auto"
        enterKeyHint={isTouched() ? "enter" : "send"}
        value={props.draft}
        onChange={(event) => props.onWrite(event.target.value)}
        onKeyDown={onKeyDown}
      />
      <LengthLine draft={props.draft} maxChars={props.maxChars} />
      <div className="composer-bar">
        <TierPicker
          tiers={props.tiers}
          tier={props.tier}
          network={props.network}
          guest={props.guest}
          onTier={props.onTier}
        />
        {props.answering ? (
          <Button
            key="stop"
            className="composer-go"
            data-testid="stop"
            disabled={props.stopping}
            onClick={props.onStop}
          >
            <Icon name="stop" /> {props.stopping ? "Stopping" : "Stop"}
          </Button>
        ) : (
          <Button
            key="send"
            type="submit"
            look="primary"
            className="composer-go"
            data-testid="send"
            disabled={!props.canSend}
          >
            Send <Icon name="send" />
          </Button>
        )}
      </div>
    </form>
  );
}

/** How much of what may be sent is written, once that matters. */
function LengthLine({ draft, maxChars }: Pick<ComposerProps, "draft" | "maxChars">) {
  const length = lengthWords(lengthOf(draft), maxChars);
  if (length === null) return null;
  return (
    <p className="composer-length" data-testid="composer-length" data-over={length.over} role="status">
      {length.words}
    </p>
  );
}
