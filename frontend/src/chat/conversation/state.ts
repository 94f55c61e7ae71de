/** The open conversation as plain data, and every way it can change. No network, no clock, no page. */
import type { Conversation, Finish, Rating, Receipt } from "../../api/types";
import { assertNever } from "../../lib/never";
import { spoken } from "../markdown/spoken";
import type { Problem } from "../tiers/problems";
import {
  type Answer,
  isAnswerOf,
  type Message,
  merged,
  type Outgoing,
  type PairIds,
  pairOf,
  pathBefore,
  putBefore,
  retried,
} from "./messages";

export interface ChatState {
  conversationId: string | null;
  phase: "new" | "loading" | "ready" | "missing" | "failed";
  /** The path that is shown through all that was said, oldest first. */
  messages: readonly Message[];
  /** When the server last changed it, as far as this page has read. */
  updatedAt: string | null;
  outgoing: Outgoing | null;
  connection: "steady" | "reconnecting" | "lost";
  draft: string;
  /** The question that is being worded anew, and the words to begin with. */
  editing: Editing | null;
  /** Another path was asked for. */
  switching: boolean;
  /** The message that somebody came for. A later turn is another wish, for the same one too. */
  target: { messageId: string; turn: number } | null;
  problem: Problem | null;
  /** What a screen reader is told when an answer is over. */
  announcement: string;
}

export interface Editing {
  messageId: string;
  text: string;
}

export type ChatEvent =
  | { type: "opened"; conversationId: string | null; draft: string }
  | { type: "cleared" }
  | { type: "loaded"; conversation: Conversation }
  /** Read again while it is shown: an answer that is being read as it is written stays as it is. */
  | { type: "refreshed"; conversation: Conversation }
  | { type: "loadFailed"; missing: boolean }
  | { type: "draftChanged"; draft: string }
  | { type: "editStarted"; editing: Editing }
  | { type: "editEnded" }
  | { type: "switching"; on: boolean }
  | { type: "sought"; messageId: string }
  | { type: "sendStarted"; outgoing: Outgoing }
  | ({ type: "sendAccepted"; key: string; conversationId: string } & PairIds)
  | { type: "sendUnreachable"; key: string }
  | { type: "sendRefused"; key: string; problem: Problem }
  | { type: "sendDiscarded"; key: string }
  | { type: "streamOpened"; jobId: string }
  | { type: "textArrived"; jobId: string; text: string }
  | { type: "thoughtArrived"; jobId: string; text: string }
  | { type: "answerDone"; jobId: string; finish: Finish }
  | { type: "answerFailed"; jobId: string; message: string }
  | { type: "connectionChanged"; connection: ChatState["connection"] }
  | { type: "asked"; jobId: string; what: Answer["asked"] }
  | { type: "receiptArrived"; jobId: string; receipt: Receipt }
  | { type: "rated"; jobId: string; rating: Rating }
  | { type: "retryAccepted"; jobId: string; newJobId: string; answerId: string | null }
  | { type: "problemRaised"; problem: Problem }
  | { type: "problemDismissed" };

/** The end of what a model thinks is kept to be looked at. */
const THOUGHTS_MAX_CHARS = 50_000;

export const initialChat: ChatState = {
  conversationId: null,
  phase: "new",
  messages: [],
  updatedAt: null,
  outgoing: null,
  connection: "steady",
  draft: "",
  editing: null,
  switching: false,
  target: null,
  problem: null,
  announcement: "",
};

export function reduceChat(state: ChatState, event: ChatEvent): ChatState {
  switch (event.type) {
    case "opened":
      return {
        ...initialChat,
        conversationId: event.conversationId,
        phase: event.conversationId === null ? "new" : "loading",
        outgoing: state.outgoing,
        draft: event.draft,
      };
    case "cleared":
      return initialChat;
    case "loaded":
      return take(state, event.conversation, false);
    case "refreshed":
      return take(state, event.conversation, true);
    case "loadFailed":
      return { ...state, phase: event.missing ? "missing" : "failed" };
    case "draftChanged":
      return { ...state, draft: event.draft };
    case "editStarted":
      return { ...state, editing: event.editing };
    case "editEnded":
      return { ...state, editing: null };
    case "switching":
      return { ...state, switching: event.on, problem: event.on ? null : state.problem };
    case "sought":
      return { ...state, target: { messageId: event.messageId, turn: (state.target?.turn ?? 0) + 1 } };
    case "sendStarted":
      return { ...state, outgoing: event.outgoing, problem: null, announcement: "" };
    case "sendAccepted":
      return accept(state, event);
    case "sendUnreachable":
      return withOutgoing(state, event.key, (outgoing) => ({ ...outgoing, status: "unsent" }));
    case "sendRefused":
      return state.outgoing?.key === event.key
        ? { ...giveBack(state, state.outgoing), problem: event.problem }
        : state;
    case "sendDiscarded":
      return state.outgoing?.key === event.key ? giveBack(state, state.outgoing) : state;
    case "retryAccepted": {
      const next = { jobId: event.newJobId, answerId: event.answerId };
      const messages = retried(state.messages, event.jobId, next);
      return { ...state, messages, problem: null, announcement: "" };
    }
    case "connectionChanged":
      return state.connection === event.connection ? state : { ...state, connection: event.connection };
    case "problemRaised":
      return { ...state, problem: event.problem };
    case "problemDismissed":
      return { ...state, problem: null };
    default:
      return reduceAnswer(state, event);
  }
}

type AnswerEvent = Extract<
  ChatEvent,
  {
    type:
      | "streamOpened"
      | "textArrived"
      | "thoughtArrived"
      | "answerDone"
      | "answerFailed"
      | "asked"
      | "receiptArrived"
      | "rated";
  }
>;

function reduceAnswer(state: ChatState, event: AnswerEvent): ChatState {
  switch (event.type) {
    case "streamOpened":
      // The server replays an answer from its start, so whatever we showed of it is about to come again.
      return withAnswer({ ...state, connection: "steady" }, event.jobId, (a) => ({ ...a, content: "" }));
    case "thoughtArrived":
      return withAnswer(state, event.jobId, (a) => ({
        ...a,
        thoughts: (a.thoughts + event.text).slice(-THOUGHTS_MAX_CHARS),
      }));
    case "textArrived":
      return withAnswer(state, event.jobId, (a) => ({ ...a, content: a.content + event.text }));
    case "answerDone":
      return ended(state, event.jobId, {
        status: event.finish === "stopped" ? "stopped" : "done",
        finish: event.finish,
        failure: null,
      });
    case "answerFailed":
      return ended(state, event.jobId, { status: "failed", finish: null, failure: event.message });
    case "asked":
      return withAnswer(state, event.jobId, (a) => ({ ...a, asked: event.what }));
    case "receiptArrived":
      return withAnswer(state, event.jobId, (a) => ({ ...a, receipt: event.receipt }));
    case "rated":
      return withAnswer(state, event.jobId, (a) => ({ ...a, rating: event.rating }));
    default:
      return assertNever(event);
  }
}

/** The answer being written, if there is one: the last, where two devices asked at once. */
export function pendingAnswer(state: ChatState): Answer | null {
  const pending = state.messages.findLast((m) => m.role === "assistant" && m.status === "pending");
  return pending?.role === "assistant" ? pending : null;
}

/** The unacknowledged message, if it belongs to the conversation that is open. */
export function visibleOutgoing(state: ChatState): Outgoing | null {
  return state.outgoing?.conversationId === state.conversationId ? state.outgoing : null;
}

/** A message that couldn't be sent, out of sight: nothing else can be sent before it, so it has to be told of. */
export function unsentElsewhere(state: ChatState): Outgoing | null {
  const { outgoing } = state;
  return outgoing?.status === "unsent" && visibleOutgoing(state) === null ? outgoing : null;
}

export function canSend(state: ChatState): boolean {
  const settled = state.phase === "new" || state.phase === "ready";
  return settled && !isLocked(state) && state.draft.trim() !== "";
}

/** Nothing else can be asked for before what was asked for is over. */
export function isLocked(state: ChatState): boolean {
  return state.outgoing !== null || state.switching || pendingAnswer(state) !== null;
}

export function lastQuestion(messages: readonly Message[]): Message | null {
  return messages.findLast((m) => m.role === "user") ?? null;
}

function take(state: ChatState, conversation: Conversation, live: boolean): ChatState {
  if (conversation.id !== state.conversationId) return state;
  const messages = merged(state.messages, conversation.messages, live);
  const editing = messages.some((m) => m.id === state.editing?.messageId) ? state.editing : null;
  return { ...state, phase: "ready", messages, editing, updatedAt: conversation.updatedAt };
}

function accept(state: ChatState, event: Extract<ChatEvent, { type: "sendAccepted" }>): ChatState {
  const { outgoing } = state;
  if (outgoing?.key !== event.key) return state;
  const accepted = { ...state, outgoing: null };
  const elsewhere = outgoing.conversationId !== state.conversationId;
  const known = state.messages.some((m) => isAnswerOf(m, event.jobId));
  const before = pathBefore(state.messages, outgoing.editOf);
  if (elsewhere || known || before === null) return accepted;
  const rewords = state.messages.find((m) => m.id === outgoing.editOf)?.versions ?? [];
  return {
    ...accepted,
    conversationId: event.conversationId,
    phase: state.phase === "new" ? "ready" : state.phase,
    messages: [...before, ...pairOf(outgoing, event, rewords)],
  };
}

/** A message that wasn't taken goes back into the box it came from, before what was typed meanwhile. */
function giveBack(state: ChatState, outgoing: Outgoing): ChatState {
  const returned = { ...state, outgoing: null };
  if (outgoing.conversationId !== state.conversationId) return returned;
  if (outgoing.editOf !== null)
    return { ...returned, editing: { messageId: outgoing.editOf, text: outgoing.content } };
  return { ...returned, draft: putBefore(outgoing.content, state.draft) };
}

function withOutgoing(state: ChatState, key: string, change: (outgoing: Outgoing) => Outgoing): ChatState {
  return state.outgoing?.key === key ? { ...state, outgoing: change(state.outgoing) } : state;
}

function withAnswer(state: ChatState, jobId: string, change: (answer: Answer) => Answer): ChatState {
  const messages = state.messages.map((m) => (isAnswerOf(m, jobId) ? change(m) : m));
  return { ...state, messages };
}

function ended(
  state: ChatState,
  jobId: string,
  how: Pick<Answer, "status" | "finish" | "failure">,
): ChatState {
  const answer = state.messages.find((m) => isAnswerOf(m, jobId));
  if (answer?.role !== "assistant" || answer.status !== "pending") return state;
  const announcement = how.status === "failed" ? "The answer failed." : spoken(answer.content);
  const settled = withAnswer(state, jobId, (a) => ({ ...a, ...how, asked: null }));
  return { ...settled, connection: "steady", announcement };
}
