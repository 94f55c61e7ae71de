import type { ReactNode } from "react";
import { Button } from "../../ui/Button";
import { Icon } from "../../ui/Icon";
import type { Outgoing } from "../state";

export function QuestionItem({ content, children }: { content: string; children?: ReactNode }) {
  return (
    <li className="message message-user" data-testid="message-user">
      <span className="message-who">You</span>
      <div className="message-text message-plain" dir="auto">
        {content}
      </div>
      {children}
    </li>
  );
}

interface OutgoingItemProps {
  outgoing: Outgoing;
  onResend: () => void;
  onDiscard: () => void;
}

export function OutgoingItem({ outgoing, onResend, onDiscard }: OutgoingItemProps) {
  return (
    <QuestionItem content={outgoing.content}>
      {outgoing.status === "sending" ? (
        <p className="message-foot">Sending…</p>
      ) : (
        <div className="message-foot message-foot-failed" role="alert" data-testid="error">
          <span>Not sent: ashao can’t be reached.</span>
          <Button onClick={onResend}>
            <Icon name="retry" /> Try again
          </Button>
          <Button look="quiet" onClick={onDiscard}>
            Edit
          </Button>
        </div>
      )}
    </QuestionItem>
  );
}
