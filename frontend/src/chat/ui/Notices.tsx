import type { ReactNode } from "react";
import type { SessionState } from "../../session/session";
import { Button } from "../../ui/Button";
import { useOnline } from "../../ui/media";
import { Notice } from "../../ui/Notice";
import type { Problem } from "../problems";

interface NoticesProps {
  session: SessionState;
  problem: Problem | null;
  /** What can be done about the problem. */
  remedies: ReactNode;
  /** What can be done about a message that isn't sent, where that is out of sight; else `false`. */
  unsent: ReactNode | false;
  onRetrySession: () => void;
  onDismiss: () => void;
}

/** What is wrong right now, if anything is; one thing at a time. */
export function Notices({ session, problem, remedies, unsent, onRetrySession, onDismiss }: NoticesProps) {
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
  if (!online) return <Notice tone="note">You’re offline. What you write is kept here.</Notice>;
  if (session.phase !== "failed") return null;
  return (
    <Notice tone="error" actions={<Button onClick={onRetrySession}>Try again</Button>}>
      {session.message}
    </Notice>
  );
}
