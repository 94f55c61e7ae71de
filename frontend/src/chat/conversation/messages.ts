/** What was said, as the page holds it: questions, answers, and the versions of both. Plain data and no more. */
import type { Rating, Receipt, StoredMessage, TierId } from "../../api/types";

export type AnswerStatus = StoredMessage["status"];

interface Version {
  id: string;
  /** All wordings of a question, or answers to one, oldest first, itself included. */
  versions: readonly string[];
}

export interface Question extends Version {
  role: "user";
  content: string;
}

export interface Answer extends Version {
  role: "assistant";
  content: string;
  status: AnswerStatus;
  jobId: string | null;
  tier: TierId | null;
  /** What the model thought, as far as this page has heard it: it isn't kept anywhere else. */
  thoughts: string;
  /** Why it ended, once it has. */
  finish: StoredMessage["finish"];
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
  /** The question that it is another wording of. */
  editOf: string | null;
  status: "sending" | "unsent";
}

/** The names that the server gave to a question and to the answer that is awaited. */
export interface PairIds {
  jobId: string;
  questionId: string | null;
  answerId: string | null;
}

/** A text that goes back into a box in which something else was typed meanwhile. */
export function putBefore(text: string, typed: string): string {
  return typed === "" ? text : `${text}\n\n${typed}`;
}

export function isAnswerOf(message: Message, jobId: string): message is Answer {
  return message.role === "assistant" && message.jobId === jobId;
}

/** The path before this question, where another wording of it would go; all of it for null. */
export function pathBefore(
  messages: readonly Message[],
  questionId: string | null,
): readonly Message[] | null {
  if (questionId === null) return messages;
  const at = messages.findIndex((m) => m.id === questionId);
  return at === -1 ? null : messages.slice(0, at);
}

export function pairOf(outgoing: Outgoing, ids: PairIds, rewords: readonly string[]): [Question, Answer] {
  const questionId = ids.questionId ?? outgoing.key;
  const answerId = ids.answerId ?? `${outgoing.key}:answer`;
  return [
    { role: "user", id: questionId, versions: [...rewords, questionId], content: outgoing.content },
    { ...awaited(ids.jobId, outgoing.tier), id: answerId, versions: [answerId] },
  ];
}

/** The path after an answer was asked for again: in its place, or beside it as a new version. */
export function retried(
  messages: readonly Message[],
  jobId: string,
  next: { jobId: string; answerId: string | null },
): readonly Message[] {
  const at = messages.findIndex((m) => isAnswerOf(m, jobId));
  const answer = messages[at];
  if (answer?.role !== "assistant") return messages;
  const again = awaited(next.jobId, answer.tier);
  if (next.answerId === null || next.answerId === answer.id) {
    const { id, versions } = answer;
    return messages.map((m, index) => (index === at ? { ...again, id, versions } : m));
  }
  const id = next.answerId;
  return [...messages.slice(0, at), { ...again, id, versions: [...answer.versions, id] }];
}

function awaited(jobId: string, tier: TierId | null): Omit<Answer, "id" | "versions"> {
  return {
    role: "assistant",
    content: "",
    status: "pending",
    jobId,
    tier,
    thoughts: "",
    finish: null,
    failure: null,
    asked: null,
    receipt: null,
    rating: 0,
  };
}

/**
 * What the server has, with what is shown already left as it is: nothing is drawn again for it. `live`: an answer
 * that this page reads as it is written stays as it was read, however far the server has written it down.
 */
export function merged(
  shown: readonly Message[],
  stored: readonly StoredMessage[],
  live: boolean,
): readonly Message[] {
  const known = new Map(shown.map((message) => [message.id, message]));
  const messages = stored.map((one) => {
    const before = known.get(one.id);
    const now = fromStored(one);
    return before === undefined ? now : latest(before, now, live);
  });
  const same = messages.length === shown.length && messages.every((message, at) => message === shown[at]);
  return same ? shown : messages;
}

function latest(before: Message, now: Message, live: boolean): Message {
  const versions = sameList(before.versions, now.versions) ? before.versions : now.versions;
  if (before.role === "user" || now.role === "user")
    return before.content === now.content && before.versions === versions ? before : now;
  if (live && before.jobId === now.jobId && (before.status === "pending" || now.status === "pending"))
    return before.versions === versions ? before : { ...before, versions };
  // A receipt is written a moment after the answer's end, and this page may have asked for it since.
  const known = before.jobId === now.jobId ? before.receipt : null;
  const receipt = now.receipt === null || sameReceipt(known, now.receipt) ? known : now.receipt;
  const thoughts = before.jobId === now.jobId ? before.thoughts : "";
  const next = {
    ...now,
    versions,
    receipt,
    thoughts,
    failure: now.status === "failed" ? before.failure : null,
  };
  const keys = Object.keys(next) as (keyof Answer)[];
  return keys.every((key) => next[key] === before[key]) ? before : next;
}

function fromStored(stored: StoredMessage): Message {
  const { id, content, status, jobId, tier, finish, receipt, rating } = stored;
  const versions = stored.versions.length === 0 ? [id] : stored.versions;
  if (stored.role === "user") return { role: "user", id, versions, content };
  const rest = { thoughts: "", finish, failure: null, asked: null, receipt, rating };
  return { role: "assistant", id, versions, content, status, jobId, tier, ...rest };
}

function sameList(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((id, at) => id === other[at]);
}

function sameReceipt(one: Receipt | null, other: Receipt): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
