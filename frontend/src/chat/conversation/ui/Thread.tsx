import { type RefObject, useLayoutEffect, useMemo, useRef } from "react";
import type { TierId } from "../../../api/types";
import { Blank } from "../../../ui/Blank";
import { Button } from "../../../ui/Button";
import { ChosenTier } from "../../tiers/ui/ChosenTier";
import type { ChatController } from "../controller";
import type { ConversationParts } from "../parts";
import type { ChatState } from "../state";
import { type MessageActions, MessageList } from "./MessageList";

interface ThreadProps {
  app: ConversationParts;
  state: ChatState;
  /** Which machines answer a question in its new words. */
  tier: TierId;
  scroll: ThreadScroll;
  inputRef: RefObject<HTMLTextAreaElement | null>;
}

export interface ThreadScroll {
  toEnd: () => void;
  lead: (message: Element) => void;
  stay: () => void;
}

/** What was said in the open conversation, or why it isn't to be seen. */
export function Thread({ app, state, tier, scroll, inputRef }: ThreadProps) {
  const { chat, config } = app;
  const actions = useMessageActions(chat, tier, scroll, inputRef);
  useTarget(state.target, scroll);
  switch (state.phase) {
    case "loading":
      return <LoadingThread />;
    case "missing":
      return (
        <Blank
          title="This conversation isn’t here"
          actions={<Button onClick={() => chat.open(null)}>Start a new chat</Button>}
        >
          It was deleted, or it belongs to another account.
        </Blank>
      );
    case "failed":
      return (
        <Blank
          failed
          title="This conversation couldn’t be loaded"
          actions={<Button onClick={() => chat.reconnect()}>Try again</Button>}
        >
          Nothing of it is lost. Check your connection.
        </Blank>
      );
    default:
      return (
        <ChosenTier value={config.tiers.find(({ id }) => id === tier)?.name ?? ""}>
          <MessageList state={state} tiers={config.tiers} actions={actions} />
        </ChosenTier>
      );
  }
}

/** Lines where words will be. */
function LoadingThread() {
  return (
    <div className="thread-loading">
      <p className="visually-hidden">Loading this conversation…</p>
      <div className="thread-loading-question" />
      <div className="thread-loading-answer" />
    </div>
  );
}

/** The same functions as long as the page lives: a thousand messages have them. */
function useMessageActions(
  chat: ChatController,
  tier: TierId,
  scroll: ThreadScroll,
  inputRef: RefObject<HTMLTextAreaElement | null>,
): MessageActions {
  const chosen = useRef(tier);
  chosen.current = tier;
  return useMemo(
    () => ({
      onRetry: (jobId) => void chat.retry(jobId, chosen.current),
      onReconnect: () => chat.reconnect(),
      onResend: () => chat.resend(),
      onDiscard: () => chat.discard(),
      onRate: (jobId, rating) => void chat.rate(jobId, rating),
      onSwitch: (messageId) => {
        void chat.switchTo(messageId);
        scroll.stay();
      },
      onEdit: (messageId) => {
        chat.edit(messageId);
        scroll.stay();
      },
      onEditWrite: (text) => chat.writeEdit(text),
      onEditCancel: () => chat.cancelEdit(),
      onEditSend: (text) => {
        chat.sendEdit(text, chosen.current);
        scroll.toEnd();
        if (window.matchMedia("(pointer: fine)").matches) inputRef.current?.focus();
      },
    }),
    [chat, scroll, inputRef],
  );
}

const MARKED_MS = 2_500;

/** Goes to the message that somebody came for, and marks it for a moment. */
function useTarget(target: ChatState["target"], scroll: ThreadScroll) {
  useLayoutEffect(() => {
    if (target === null) return;
    const message = document.querySelector(`[data-message="${CSS.escape(target.messageId)}"]`);
    if (message === null) return;
    scroll.lead(message);
    message.setAttribute("data-marked", "");
    const unmark = () => message.removeAttribute("data-marked");
    const timer = setTimeout(unmark, MARKED_MS);
    return () => {
      clearTimeout(timer);
      unmark();
    };
  }, [target, scroll]);
}
