import { expect, it } from "vitest";
import type { Answer } from "./messages";
import { statusNews } from "./spoken-status";
import { type ChatState, initialChat } from "./state";

const answer: Answer = {
  role: "assistant",
  id: "msg_2",
  versions: ["msg_2"],
  content: "",
  status: "pending",
  jobId: "job_1",
  tier: "pro",
  thoughts: "",
  finish: null,
  failure: null,
  asked: null,
  receipt: null,
  rating: 0,
};

function shown(change: Partial<Answer>, more: Partial<ChatState> = {}): ChatState {
  return { ...initialChat, phase: "ready", messages: [{ ...answer, ...change }], ...more };
}

function told(states: readonly ChatState[]): (string | null)[] {
  return states.slice(1).map((now, index) => statusNews(states[index] ?? initialChat, now));
}

it("tells each step of an answer once", () => {
  const news = told([
    initialChat,
    shown({}),
    shown({ content: "A" }),
    shown({ content: "An owl" }),
    shown({ content: "An owl." }),
    shown({ content: "An owl.", status: "done" }),
  ]);
  expect(news).toEqual(["Finding a machine.", "An answer is being written.", null, null, ""]);
});

it("tells that the connection went and came back, and what was stopped", () => {
  const news = told([
    shown({ content: "An" }),
    shown({ content: "An" }, { connection: "reconnecting" }),
    shown({ content: "An" }, { connection: "lost" }),
    shown({ content: "An" }),
    shown({ content: "An", status: "stopped" }),
    shown({ content: "An", status: "stopped" }),
  ]);
  expect(news).toEqual([
    "Connection lost. Reconnecting.",
    "The connection didn’t come back. The answer is still being written.",
    "Connected again.",
    "You stopped this answer.",
    null,
  ]);
});

it("says nothing of an old conversation but that it comes", () => {
  const loading: ChatState = { ...initialChat, phase: "loading" };
  expect(told([initialChat, loading, shown({ status: "stopped" })])).toEqual([
    "Loading this conversation.",
    "",
  ]);
});
