import { memo, type ReactNode } from "react";
import type { Tier } from "../../api/types";
import { Button } from "../../ui/Button";
import { Icon } from "../../ui/Icon";
import type { Answer, ChatState, Message, Outgoing } from "../state";
import { visibleOutgoing } from "../state";

export interface MessageActions {
  onRetry: (jobId: string) => void;
  onReconnect: () => void;
  onResend: () => void;
  onDiscard: () => void;
}

interface MessageListProps extends MessageActions {
  state: ChatState;
  tiers: readonly Tier[];
}

export function MessageList({ state, tiers, ...actions }: MessageListProps) {
  const outgoing = visibleOutgoing(state);
  return (
    <ol className="messages">
      {state.messages.map((message) => (
        <MessageItem
          key={message.id}
          message={message}
          tierName={tierName(message, tiers)}
          // Only the answer being written depends on the connection; the others need not be drawn again.
          connection={isPending(message) ? state.connection : "steady"}
          onRetry={actions.onRetry}
          onReconnect={actions.onReconnect}
        />
      ))}
      {outgoing !== null && <OutgoingItem outgoing={outgoing} {...actions} />}
    </ol>
  );
}

interface MessageItemProps extends Pick<MessageActions, "onRetry" | "onReconnect"> {
  message: Message;
  tierName: string | null;
  connection: ChatState["connection"];
}

const MessageItem = memo(function MessageItem({ message, tierName, ...rest }: MessageItemProps) {
  if (message.role === "user") return <QuestionItem content={message.content} />;
  return <AnswerItem answer={message} tierName={tierName} {...rest} />;
});

function QuestionItem({ content, children }: { content: string; children?: ReactNode }) {
  return (
    <li className="message message-user" data-testid="message-user">
      <span className="message-who">You</span>
      <div className="message-text">{content}</div>
      {children}
    </li>
  );
}

interface AnswerItemProps extends Omit<MessageItemProps, "message"> {
  answer: Answer;
}

function AnswerItem({ answer, tierName, connection, onRetry, onReconnect }: AnswerItemProps) {
  const waiting = answer.status === "pending" && answer.content === "";
  return (
    <li
      className="message message-assistant"
      data-testid="message-assistant"
      data-status={answer.status}
      aria-busy={answer.status === "pending"}
    >
      <span className="message-who">
        ashao{tierName !== null && <span className="message-tier">{tierName}</span>}
      </span>
      {waiting ? <Waiting /> : <div className="message-text">{answer.content}</div>}
      <AnswerFoot answer={answer} connection={connection} onRetry={onRetry} onReconnect={onReconnect} />
    </li>
  );
}

function AnswerFoot({ answer, connection, onRetry, onReconnect }: Omit<AnswerItemProps, "tierName">) {
  const { jobId } = answer;
  if (answer.status === "stopped") return <p className="message-foot">You stopped this answer.</p>;
  if (answer.status === "failed") {
    return (
      <div className="message-foot message-foot-failed" role="alert">
        <span>{answer.failure ?? "This answer failed."} You weren’t charged for it.</span>
        {jobId !== null && (
          <Button disabled={answer.asked !== null} onClick={() => onRetry(jobId)}>
            <Icon name="retry" /> Try again
          </Button>
        )}
      </div>
    );
  }
  if (connection === "reconnecting") return <p className="message-foot">Connection lost. Reconnecting…</p>;
  if (connection === "lost") {
    return (
      <div className="message-foot">
        <span>The connection didn’t come back. The answer is still being written.</span>
        <Button onClick={onReconnect}>Reconnect</Button>
      </div>
    );
  }
  return null;
}

function OutgoingItem({ outgoing, onResend, onDiscard }: { outgoing: Outgoing } & MessageActions) {
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

function Waiting() {
  return (
    <p className="waiting">
      <span className="waiting-dots" aria-hidden="true">
        <i />
        <i />
        <i />
      </span>
      Finding a machine
    </p>
  );
}

function isPending(message: Message): boolean {
  return message.role === "assistant" && message.status === "pending";
}

function tierName(message: Message, tiers: readonly Tier[]): string | null {
  if (message.role === "user" || message.tier === null) return null;
  return tiers.find((tier) => tier.id === message.tier)?.name ?? null;
}
