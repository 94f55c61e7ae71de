import { useEffect } from "react";
import { useStore } from "../../lib/store";
import type { ChatApp } from "../app";
import type { Answer, Message } from "../conversation/messages";
import type { ChatState } from "../conversation/state";

const SITE = "ashao";
const TITLE_MAX_CHARS = 60;

/** What the open conversation is called, also in the browser's tab; null where nothing was written yet. */
export function useConversationTitle({ library }: ChatApp, state: ChatState): string | null {
  const { items } = useStore(library.history.store);
  const listed = items.find(({ id }) => id === state.conversationId)?.title;
  const title = titleOf(state, listed);
  useEffect(() => {
    document.title = title === null ? SITE : `${title} · ${SITE}`;
  }, [title]);
  return title;
}

export function titleOf(
  state: Pick<ChatState, "phase" | "messages" | "outgoing">,
  listed?: string,
): string | null {
  switch (state.phase) {
    case "new":
      return null;
    case "missing":
      return "Not here";
    case "failed":
    case "loading":
      return listed ?? "Conversation";
    case "ready":
      return listed ?? (shortened(state.messages[0]?.content ?? "") || "Conversation");
  }
}

function shortened(text: string): string {
  const line = text.trim().split("\n", 1)[0] ?? "";
  return line.length <= TITLE_MAX_CHARS ? line : `${line.slice(0, TITLE_MAX_CHARS - 1).trimEnd()}…`;
}

/** The last one that has words and is over. */
export function lastAnswer(messages: readonly Message[]): Answer | null {
  const last = messages.findLast((m) => m.role === "assistant" && m.status !== "pending" && m.content !== "");
  return last?.role === "assistant" ? last : null;
}
