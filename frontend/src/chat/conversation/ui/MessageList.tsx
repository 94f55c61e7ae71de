import { memo, type RefObject, useMemo, useRef } from "react";
import type { Tier } from "../../../api/types";
import { type Message, type Outgoing, pathBefore } from "../messages";
import type { ChatState, Editing } from "../state";
import { pendingAnswer, visibleOutgoing } from "../state";
import { AnswerItem } from "./AnswerItem";
import type { AnswerActions } from "./AnswerTools";
import { MessageNearness } from "./MessageNearness";
import { OutgoingItem, type QuestionActions, QuestionItem } from "./MessageQuestion";
import { LockReason } from "./MessageVersions";

export interface MessageActions extends QuestionActions, AnswerActions {
  onResend: () => void;
  onDiscard: () => void;
}

interface MessageListProps {
  state: ChatState;
  tiers: readonly Tier[];
  /** The same ones each time: a message is drawn again only for what concerns it. */
  actions: MessageActions;
}

export function MessageList({ state, tiers, actions }: MessageListProps) {
  const outgoing = visibleOutgoing(state);
  const editOf = outgoing?.editOf ?? null;
  // What followed from the old words isn't what follows from the new ones.
  const messages = useMemo(
    () => pathBefore(state.messages, editOf) ?? state.messages,
    [state.messages, editOf],
  );
  return (
    <LockReason value={lockReason(state)}>
      <Messages
        messages={messages}
        outgoing={outgoing}
        editing={state.editing}
        connection={state.connection}
        tiers={tiers}
        actions={actions}
      />
    </LockReason>
  );
}

interface MessagesProps extends Pick<MessageListProps, "tiers" | "actions"> {
  messages: readonly Message[];
  outgoing: Outgoing | null;
  editing: Editing | null;
  connection: ChatState["connection"];
}

/** Not drawn again for what doesn't concern it, such as each letter typed below. */
const Messages = memo(function Messages(props: MessagesProps) {
  const { messages, outgoing, editing, connection, tiers, actions } = props;
  const list = useRef<HTMLOListElement>(null);
  const nearness = useMessageNearness(list);
  return (
    <ol className="messages" ref={list}>
      {messages.map((message) => (
        <MessageItem
          // Another version takes the place of the one that was shown, and with it the focus.
          key={message.versions[0] ?? message.id}
          message={message}
          editing={editing?.messageId === message.id ? editing : null}
          tierName={tierName(message, tiers)}
          nearness={nearness}
          // Only the answer being written depends on the connection; the others need not be drawn again.
          connection={isPending(message) ? connection : "steady"}
          actions={actions}
        />
      ))}
      {outgoing !== null && (
        <OutgoingItem outgoing={outgoing} onResend={actions.onResend} onDiscard={actions.onDiscard} />
      )}
    </ol>
  );
});

interface MessageItemProps extends Pick<MessagesProps, "editing" | "connection" | "actions"> {
  message: Message;
  tierName: string | null;
  nearness: MessageNearness;
}

const MessageItem = memo(function MessageItem({ message, editing, actions, ...rest }: MessageItemProps) {
  if (message.role === "user") return <QuestionItem question={message} editing={editing} {...actions} />;
  return <AnswerItem answer={message} actions={actions} {...rest} />;
});

function useMessageNearness(list: RefObject<HTMLElement | null>): MessageNearness {
  return useMemo(() => new MessageNearness(() => list.current?.closest(".scroller") ?? null), [list]);
}

function isPending(message: Message): boolean {
  return message.role === "assistant" && message.status === "pending";
}

function lockReason(state: ChatState): string | null {
  if (pendingAnswer(state) !== null) return "Wait until the answer is finished, or stop it.";
  if (state.outgoing !== null) return "Wait until your message is sent.";
  return state.switching ? "One moment…" : null;
}

function tierName(message: Message, tiers: readonly Tier[]): string | null {
  if (message.role === "user" || message.tier === null) return null;
  return tiers.find((tier) => tier.id === message.tier)?.name ?? null;
}
