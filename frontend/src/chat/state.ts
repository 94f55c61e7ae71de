/** The open conversation as plain data, and every way it can change. No network, no clock, no page. */
import type { Conversation, Finish, Rating, Receipt, StoredMessage, TierId } from "../api/types";
import { assertNever } from "../lib/never";
import { spoken } from "./markdown/spoken";
import type { Problem } from "./problems";

export type AnswerStatus = StoredMessage["status"];

export interface Question {
  role: "user";
  id: string;
  content: string;
}

export interface Answer {
  role: "assistant";
  id: string;
  content: string;
  status: AnswerStatus;
  jobId: string | null;
  tier: TierId | null;
  /** Why it failed, in a sentence, where the stream told us. */
  failure: string | null;
  /** A stop or a retry was asked for and not confirmed yet. */
  asked: "stop" | "retry" | null;
  /** How it was made, once that is known. */
  receipt: Receipt | null;
  rating: Rating;
}

export type Message = Question | Answer;

/** A message the server hasn't acknowledged. Its key goes with every try, so that it is sent once. */
export interface Outgoing {
  key: string;
  content: string;
  tier: TierId;
  conversationId: string | null;
  status: "sending" | "unsent";
}

export interface ChatState {
  conversationId: string | null;
  phase: "new" | "loading" | "ready" | "missing" | "failed";
  messages: readonly Message[];
  outgoing: Outgoing | null;
  connection: "steady" | "reconnecting" | "lost";
  draft: string;
  problem: Problem | null;
  /** What a screen reader is told when an answer is over. */
  announcement: string;
}

export type ChatEvent =
  | { type: "opened"; conversationId: string | null; draft: string }
  | { type: "cleared" }
  | { type: "loaded"; conversation: Conversation }
  | { type: "loadFailed"; missing: boolean }
  | { type: "draftChanged"; draft: string }
  | { type: "sendStarted"; outgoing: Outgoing }
  | { type: "sendAccepted"; key: string; jobId: string; conversationId: string }
  | { type: "sendUnreachable"; key: string }
  | { type: "sendRefused"; key: string; problem: Problem }
  | { type: "sendDiscarded"; key: string }
  | { type: "streamOpened"; jobId: string }
  | { type: "textArrived"; jobId: string; text: string }
  | { type: "answerDone"; jobId: string; finish: Finish }
  | { type: "answerFailed"; jobId: string; message: string }
  | { type: "connectionChanged"; connection: ChatState["connection"] }
  | { type: "asked"; jobId: string; what: Answer["asked"] }
  | { type: "receiptArrived"; jobId: string; receipt: Receipt }
  | { type: "rated"; jobId: string; rating: Rating }
  | { type: "retryAccepted"; jobId: string; newJobId: string }
  | { type: "problemRaised"; problem: Problem }
  | { type: "problemDismissed" };

export const initialChat: ChatState = {
  conversationId: null,
  phase: "new",
  messages: [],
  outgoing: null,
  connection: "steady",
  draft: "",
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
      if (event.conversation.id !== state.conversationId) return state;
      return { ...state, phase: "ready", messages: event.conversation.messages.map(fromStored) };
    case "loadFailed":
      return { ...state, phase: event.missing ? "missing" : "failed" };
    case "draftChanged":
      return { ...state, draft: event.draft };
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
    case "streamOpened":
      // The server replays an answer from its start, so whatever we showed of it is about to come again.
      return withAnswer({ ...state, connection: "steady" }, event.jobId, (a) => ({ ...a, content: "" }));
    case "textArrived":
      return withAnswer(state, event.jobId, (a) => ({ ...a, content: a.content + event.text }));
    case "answerDone":
      return finish(state, event.jobId, event.finish === "stopped" ? "stopped" : "done", null);
    case "answerFailed":
      return finish(state, event.jobId, "failed", event.message);
    case "connectionChanged":
      return { ...state, connection: event.connection };
    case "asked":
      return withAnswer(state, event.jobId, (a) => ({ ...a, asked: event.what }));
    case "receiptArrived":
      return withAnswer(state, event.jobId, (a) => ({ ...a, receipt: event.receipt }));
    case "rated":
      return withAnswer(state, event.jobId, (a) => ({ ...a, rating: event.rating }));
    case "retryAccepted":
      return withAnswer({ ...state, problem: null, announcement: "" }, event.jobId, (a) => ({
        ...a,
        jobId: event.newJobId,
        status: "pending",
        content: "",
        failure: null,
        asked: null,
        receipt: null,
        rating: 0,
      }));
    case "problemRaised":
      return { ...state, problem: event.problem };
    case "problemDismissed":
      return { ...state, problem: null };
    default:
      return assertNever(event);
  }
}

/** The answer being written, if there is one: a conversation has at most one at a time. */
export function pendingAnswer(state: ChatState): Answer | null {
  const last = state.messages.at(-1);
  return last?.role === "assistant" && last.status === "pending" ? last : null;
}

/** The unacknowledged message, if it belongs to the conversation that is open. */
export function visibleOutgoing(state: ChatState): Outgoing | null {
  return state.outgoing?.conversationId === state.conversationId ? state.outgoing : null;
}

export function canSend(state: ChatState): boolean {
  const settled = state.phase === "new" || state.phase === "ready";
  return settled && state.outgoing === null && pendingAnswer(state) === null && state.draft.trim() !== "";
}

function fromStored(stored: StoredMessage): Message {
  const { id, content, status, jobId, tier, receipt, rating } = stored;
  if (stored.role === "user") return { role: "user", id, content };
  return { role: "assistant", id, content, status, jobId, tier, failure: null, asked: null, receipt, rating };
}

function accept(state: ChatState, event: Extract<ChatEvent, { type: "sendAccepted" }>): ChatState {
  const { outgoing } = state;
  if (outgoing?.key !== event.key) return state;
  const elsewhere = outgoing.conversationId !== state.conversationId;
  const known = state.messages.some((m) => m.role === "assistant" && m.jobId === event.jobId);
  if (elsewhere || known) return { ...state, outgoing: null };
  return {
    ...state,
    conversationId: event.conversationId,
    phase: state.phase === "new" ? "ready" : state.phase,
    outgoing: null,
    messages: [...state.messages, ...pairOf(outgoing, event.jobId)],
  };
}

function pairOf(outgoing: Outgoing, jobId: string): [Question, Answer] {
  return [
    { role: "user", id: outgoing.key, content: outgoing.content },
    {
      role: "assistant",
      id: `${outgoing.key}:answer`,
      content: "",
      status: "pending",
      jobId,
      tier: outgoing.tier,
      failure: null,
      asked: null,
      receipt: null,
      rating: 0,
    },
  ];
}

/** A message that wasn't taken goes back into the box it came from, before what was typed meanwhile. */
function giveBack(state: ChatState, outgoing: Outgoing): ChatState {
  if (outgoing.conversationId !== state.conversationId) return { ...state, outgoing: null };
  const draft = state.draft === "" ? outgoing.content : `${outgoing.content}\n\n${state.draft}`;
  return { ...state, outgoing: null, draft };
}

function withOutgoing(state: ChatState, key: string, change: (outgoing: Outgoing) => Outgoing): ChatState {
  return state.outgoing?.key === key ? { ...state, outgoing: change(state.outgoing) } : state;
}

function withAnswer(state: ChatState, jobId: string, change: (answer: Answer) => Answer): ChatState {
  const messages = state.messages.map((m) => (m.role === "assistant" && m.jobId === jobId ? change(m) : m));
  return { ...state, messages };
}

function finish(
  state: ChatState,
  jobId: string,
  status: "done" | "stopped" | "failed",
  failure: string | null,
): ChatState {
  const answer = pendingAnswer(state);
  if (answer?.jobId !== jobId) return state;
  const announcement = status === "failed" ? "The answer failed." : spoken(answer.content);
  const settled = withAnswer(state, jobId, (a) => ({ ...a, status, failure, asked: null }));
  return { ...settled, connection: "steady", announcement };
}
