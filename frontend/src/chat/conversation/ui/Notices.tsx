import type { ReactNode } from "react";
import type { SessionState } from "../../../page/session";
import { Button } from "../../../ui/Button";
import { useOnline } from "../../../ui/media";
import { Notice } from "../../../ui/Notice";
import type { Problem } from "../../tiers/problems";

interface NoticesProps {
  session: SessionState;
  problem: Problem | null;
  /** What can be done about the problem. */
  remedies: ReactNode;
  /** A message is being sent, in the conversation that is open. */
  sending: boolean;
  /** What can be done about a message that isn't sent, where that is out of sight; else `false`. */
  unsent: ReactNode | false;
  onRetrySession: () => void;
  onDismiss: () => void;
}

/** What is wrong right now, if anything is; one thing at a time. */
export function Notices(props: NoticesProps) {
  const { session, problem, remedies, sending, unsent, onRetrySession, onDismiss } = props;
  const online = useOnline();
  if (problem !== null) {
    const actions = (
      <>
        {remedies}
        <Button look="quiet" onClick={onDismiss}>
          Dismiss
        </Button>
      </>
    );
    return (
      <Notice tone="error" actions={actions}>
        {problem.text}
      </Notice>
    );
  }
  if (unsent !== false) {
    return (
      <Notice tone="error" actions={unsent}>
        A message you wrote elsewhere isn’t sent yet: ashao can’t be reached.
      </Notice>
    );
  }
  if (!online) {
    const promise = sending ? "It is sent as soon as you are back." : "What you write is kept here.";
    return <Notice tone="note">You’re offline. {promise}</Notice>;
  }
  if (session.phase !== "failed") return null;
  return (
    <Notice tone="error" actions={<Button onClick={onRetrySession}>Try again</Button>}>
      {session.message}
    </Notice>
  );
}
