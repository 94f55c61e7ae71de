import { createContext, useContext } from "react";
import { IconButton } from "../../../ui/Button";
import type { Message } from "../messages";

/** Why nothing can be asked for at the moment; null when something can. Only what asks is drawn anew for it. */
export const LockReason = createContext<string | null>(null);

interface MessageButtonProps {
  icon: "chevron" | "edit" | "retry";
  label: string;
  testId: string;
  className?: string;
  /** There is nothing that it could lead to. */
  ended?: boolean;
  onPress: () => void;
}

/** Keeps the focus while it can't be used: who goes through versions with the keyboard stays where they are. */
export function MessageButton({
  ended = false,
  onPress,
  testId,
  className = "",
  ...rest
}: MessageButtonProps) {
  const reason = useContext(LockReason);
  const off = ended || reason !== null;
  return (
    <IconButton
      className={`message-button ${className}`}
      data-testid={testId}
      aria-disabled={off}
      title={reason ?? rest.label}
      onClick={off ? undefined : onPress}
      {...rest}
    />
  );
}

interface VersionSwitchProps {
  message: Message;
  onSwitch: (messageId: string) => void;
}

/** Leads from one wording of a question, or one answer to it, to the others. */
export function VersionSwitch({ message, onSwitch }: VersionSwitchProps) {
  const { versions } = message;
  const at = versions.indexOf(message.id);
  if (versions.length < 2 || at === -1) return null;
  const what = message.role === "user" ? "question" : "answer";
  const to = (index: number) => {
    const id = versions[index];
    if (id !== undefined) onSwitch(id);
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for a form.
    <div className="versions" role="group" aria-label={`Versions of this ${what}`} data-testid="versions">
      <MessageButton
        icon="chevron"
        className="version-before"
        label="Version before"
        testId="version-before"
        ended={at === 0}
        onPress={() => to(at - 1)}
      />
      <span className="version-place" role="status" data-testid="version-place">
        <span className="visually-hidden">{`Version ${at + 1} of ${versions.length}`}</span>
        <span aria-hidden="true">{`${at + 1} / ${versions.length}`}</span>
      </span>
      <MessageButton
        icon="chevron"
        className="version-after"
        label="Version after"
        testId="version-after"
        ended={at === versions.length - 1}
        onPress={() => to(at + 1)}
      />
    </div>
  );
}
