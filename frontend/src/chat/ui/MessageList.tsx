import { memo, type RefObject, useMemo, useRef } from "react";
import type { Rating, Tier } from "../../api/types";
import type { ChatState, Message, Outgoing } from "../state";
import { visibleOutgoing } from "../state";
import { AnswerItem } from "./AnswerItem";
import { MessageNearness } from "./MessageNearness";
import { OutgoingItem, QuestionItem } from "./MessageQuestion";

export interface MessageActions {
  onRetry: (jobId: string) => void;
  onReconnect: () => void;
  onResend: () => void;
  onDiscard: () => void;
  onRate: (jobId: string, rating: Rating) => void;
}

interface MessageListProps extends MessageActions {
  state: ChatState;
  tiers: readonly Tier[];
}

export function MessageList({ state, tiers, ...actions }: MessageListProps) {
  return (
    <Messages
      messages={state.messages}
      outgoing={visibleOutgoing(state)}
      connection={state.connection}
      tiers={tiers}
      {...actions}
    />
  );
}

interface MessagesProps extends MessageActions {
  messages: readonly Message[];
  outgoing: Outgoing | null;
  connection: ChatState["connection"];
  tiers: readonly Tier[];
}

/** Not drawn again for what doesn't concern it, such as each letter typed below. */
const Messages = memo(function Messages({
  messages,
  outgoing,
  connection,
  tiers,
  ...actions
}: MessagesProps) {
  const list = useRef<HTMLOListElement>(null);
  const nearness = useMessageNearness(list);
  return (
    <ol className="messages" ref={list}>
      {messages.map((message) => (
        <MessageItem
          key={message.id}
          message={message}
          tierName={tierName(message, tiers)}
          nearness={nearness}
          // Only the answer being written depends on the connection; the others need not be drawn again.
          connection={isPending(message) ? connection : "steady"}
          onRetry={actions.onRetry}
          onReconnect={actions.onReconnect}
          onRate={actions.onRate}
        />
      ))}
      {outgoing !== null && (
        <OutgoingItem outgoing={outgoing} onResend={actions.onResend} onDiscard={actions.onDiscard} />
      )}
    </ol>
  );
});

interface MessageItemProps extends Pick<MessageActions, "onRetry" | "onReconnect" | "onRate"> {
  message: Message;
  tierName: string | null;
  nearness: MessageNearness;
  connection: ChatState["connection"];
}

const MessageItem = memo(function MessageItem({ message, ...rest }: MessageItemProps) {
  if (message.role === "user") return <QuestionItem content={message.content} />;
  return <AnswerItem answer={message} {...rest} />;
});

function useMessageNearness(list: RefObject<HTMLElement | null>): MessageNearness {
  return useMemo(() => new MessageNearness(() => list.current?.closest(".scroller") ?? null), [list]);
}

function isPending(message: Message): boolean {
  return message.role === "assistant" && message.status === "pending";
}

function tierName(message: Message, tiers: readonly Tier[]): string | null {
  if (message.role === "user" || message.tier === null) return null;
  return tiers.find((tier) => tier.id === message.tier)?.name ?? null;
}
