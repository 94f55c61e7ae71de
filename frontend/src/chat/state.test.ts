import { describe, expect, it } from "vitest";
import type { Conversation } from "../api/types";
import { type ChatEvent, type ChatState, canSend, initialChat, pendingAnswer, reduceChat } from "./state";

const problem = { text: "No.", action: null };

function reached(events: readonly ChatEvent[], from: ChatState = initialChat): ChatState {
  return events.reduce(reduceChat, from);
}

function sending(key: string, content = "Hello", conversationId: string | null = null): ChatEvent {
  return { type: "sendStarted", outgoing: { key, content, tier: "pro", conversationId, status: "sending" } };
}

const accepted: ChatEvent = { type: "sendAccepted", key: "k1", jobId: "job_1", conversationId: "conv_1" };

function saved(status: "pending" | "done", jobId = "job_1"): Conversation {
  const bare = { createdAt: "2026-01-01T00:00:00Z", receipt: null, rating: 0 } as const;
  return {
    id: "conv_1",
    title: "Hello",
    messages: [
      { ...bare, id: "msg_1", role: "user", content: "Hello", status: "done", jobId: null, tier: null },
      { ...bare, id: "msg_2", role: "assistant", content: "Hi", status, jobId, tier: "pro" },
    ],
  };
}

describe("sending", () => {
  it("shows the message as unacknowledged, then as said, with an answer that is awaited", () => {
    const waiting = reached([sending("k1")]);
    expect(waiting.outgoing?.content).toBe("Hello");
    expect(waiting.messages).toEqual([]);

    const state = reached([accepted], waiting);
    expect(state.outgoing).toBeNull();
    expect(state.conversationId).toBe("conv_1");
    expect(state.phase).toBe("ready");
    expect(state.messages.map((m) => [m.role, m.content])).toEqual([
      ["user", "Hello"],
      ["assistant", ""],
    ]);
    expect(pendingAnswer(state)?.jobId).toBe("job_1");
  });

  it("ignores an acknowledgement of another message", () => {
    const waiting = reached([sending("k2")]);
    expect(reached([accepted], waiting)).toBe(waiting);
  });

  it("doesn't show a message twice that was already loaded", () => {
    const state = reached([
      { type: "opened", conversationId: "conv_1", draft: "" },
      sending("k1", "Hello", "conv_1"),
      { type: "loaded", conversation: saved("pending") },
      accepted,
    ]);
    expect(state.messages).toHaveLength(2);
    expect(state.outgoing).toBeNull();
  });

  it("leaves the open conversation alone when the message belongs to another", () => {
    const state = reached([sending("k1"), { type: "opened", conversationId: "conv_9", draft: "" }, accepted]);
    expect(state.conversationId).toBe("conv_9");
    expect(state.messages).toEqual([]);
    expect(state.outgoing).toBeNull();
  });

  it("gives a refused message back, before what was typed meanwhile", () => {
    const state = reached([
      sending("k1"),
      { type: "draftChanged", draft: "and more" },
      { type: "sendRefused", key: "k1", problem },
    ]);
    expect(state.draft).toBe("Hello\n\nand more");
    expect(state.problem).toEqual(problem);
    expect(state.outgoing).toBeNull();
  });

  it("keeps an unsent message, and nothing else can be sent before it", () => {
    const state = reached([
      sending("k1"),
      { type: "sendUnreachable", key: "k1" },
      { type: "draftChanged", draft: "next" },
    ]);
    expect(state.outgoing?.status).toBe("unsent");
    expect(canSend(state)).toBe(false);
  });
});

describe("an answer", () => {
  const started = reached([sending("k1"), accepted, { type: "streamOpened", jobId: "job_1" }]);
  const text = (value: string): ChatEvent => ({ type: "textArrived", jobId: "job_1", text: value });

  it("grows, ends, and is announced", () => {
    const state = reached(
      [text("Hi "), text("there."), { type: "answerDone", jobId: "job_1", finish: "stop" }],
      started,
    );
    expect(state.messages.at(-1)).toMatchObject({ content: "Hi there.", status: "done" });
    expect(state.announcement).toBe("Hi there.");
    expect(pendingAnswer(state)).toBeNull();
  });

  it("keeps its text when stopped", () => {
    const state = reached(
      [
        text("Hi"),
        { type: "asked", jobId: "job_1", what: "stop" },
        { type: "answerDone", jobId: "job_1", finish: "stopped" },
      ],
      started,
    );
    expect(state.messages.at(-1)).toMatchObject({ content: "Hi", status: "stopped", asked: null });
  });

  it("says why it failed, and starts over on retry", () => {
    const failed = reached([text("Hi"), { type: "answerFailed", jobId: "job_1", message: "Lost." }], started);
    expect(failed.messages.at(-1)).toMatchObject({ status: "failed", failure: "Lost.", content: "Hi" });

    const again = reached([{ type: "retryAccepted", jobId: "job_1", newJobId: "job_2" }], failed);
    expect(again.messages).toHaveLength(2);
    expect(pendingAnswer(again)).toMatchObject({ jobId: "job_2", content: "", failure: null });
  });

  it("starts from nothing when its stream is opened, since the server replays it all", () => {
    const state = reached([
      { type: "opened", conversationId: "conv_1", draft: "" },
      { type: "loaded", conversation: saved("pending") },
      { type: "streamOpened", jobId: "job_1" },
      text("Hi"),
    ]);
    expect(pendingAnswer(state)?.content).toBe("Hi");
  });

  it("takes no text of another job", () => {
    const state = reached([{ type: "textArrived", jobId: "job_other", text: "no" }], started);
    expect(pendingAnswer(state)?.content).toBe("");
  });
});

describe("opening", () => {
  it("drops what was loaded for a conversation that is no longer open", () => {
    const state = reached([
      { type: "opened", conversationId: "conv_2", draft: "kept" },
      { type: "loaded", conversation: saved("done") },
    ]);
    expect(state.phase).toBe("loading");
    expect(state.messages).toEqual([]);
    expect(state.draft).toBe("kept");
  });

  it("lets one send into a settled conversation only", () => {
    const draft: ChatEvent = { type: "draftChanged", draft: "Hi" };
    const opened: ChatEvent = { type: "opened", conversationId: "conv_1", draft: "" };
    expect(canSend(reached([opened, draft]))).toBe(false);
    expect(canSend(reached([opened, { type: "loaded", conversation: saved("pending") }, draft]))).toBe(false);
    expect(canSend(reached([opened, { type: "loaded", conversation: saved("done") }, draft]))).toBe(true);
    expect(canSend(reached([{ type: "draftChanged", draft: "  \n" }]))).toBe(false);
  });
});
