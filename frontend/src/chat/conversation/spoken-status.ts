/** What a screen reader is told while an answer is under way; its words are told at its end (`markdown/spoken`). */
import type { Answer } from "./messages";
import { type ChatState, pendingAnswer } from "./state";

/** What there is to tell of this change; null where there is nothing new, and what was told may stay. */
export function statusNews(before: ChatState, now: ChatState): string | null {
  if (now.phase !== "ready") return ofPhase(before.phase, now.phase);
  const [was, is] = [pendingAnswer(before), pendingAnswer(now)];
  if (is === null) return before.phase === "ready" ? ended(was, now) : "";
  if (before.connection !== now.connection) return ofConnection(now.connection);
  if (was?.jobId !== is.jobId)
    return is.content === "" ? "Finding a machine." : "An answer is being written.";
  return was.content === "" && is.content !== "" ? "An answer is being written." : null;
}

function ofPhase(before: ChatState["phase"], now: ChatState["phase"]): string | null {
  if (before === now) return null;
  return now === "loading" ? "Loading this conversation." : "";
}

function ended(was: Answer | null, now: ChatState): string | null {
  if (was === null) return null;
  const last = now.messages.at(-1);
  const stopped = last?.role === "assistant" && last.jobId === was.jobId && last.status === "stopped";
  return stopped ? "You stopped this answer." : "";
}

function ofConnection(connection: ChatState["connection"]): string {
  switch (connection) {
    case "reconnecting":
      return "Connection lost. Reconnecting.";
    case "lost":
      return "The connection didn’t come back. The answer is still being written.";
    case "steady":
      return "Connected again.";
  }
}
