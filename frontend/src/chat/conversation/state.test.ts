import { describe, expect, it } from "vitest";
import type { Conversation, StoredMessage } from "../../api/types";
import { type ChatEvent, type ChatState, canSend, initialChat, pendingAnswer, reduceChat } from "./state";

const problem = { text: "No.", action: null };

function reached(events: readonly ChatEvent[], from: ChatState = initialChat): ChatState {
  return events.reduce(reduceChat, from);
}

const outgoing = { tier: "pro", editOf: null, status: "sending" } as const;

function sending(key: string, content = "Hello", conversationId: string | null = null): ChatEvent {
  return { type: "sendStarted", outgoing: { ...outgoing, key, content, conversationId } };
}

const ids = { jobId: "job_1", questionId: "msg_1", answerId: "msg_2" };
const accepted: ChatEvent = { type: "sendAccepted", key: "k1", conversationId: "conv_1", ...ids };

function saved(status: "pending" | "done", jobId = "job_1"): Conversation {
  const bare: Pick<StoredMessage, "createdAt" | "receipt" | "rating" | "finish" | "parentId" | "versions"> = {
    createdAt: "2026-01-01T00:00:00Z",
    receipt: null,
    rating: 0,
    finish: null,
    parentId: null,
    versions: [],
  };
  return {
    id: "conv_1",
    title: "Hello",
    createdAt: "2026-01-01T00:00:00Z",
    updatedAt: "2026-01-01T00:00:00Z",
    pinned: false,
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

    const again = reached(
      [{ type: "retryAccepted", jobId: "job_1", newJobId: "job_2", answerId: "msg_2" }],
      failed,
    );
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

describe("versions", () => {
  const talk = reached([
    { type: "opened", conversationId: "conv_1", draft: "typed" },
    { type: "loaded", conversation: saved("done") },
  ]);
  const edit = { ...outgoing, key: "k2", content: "Hello!", conversationId: "conv_1", editOf: "msg_1" };
  const taken: ChatEvent = {
    type: "sendAccepted",
    key: "k2",
    conversationId: "conv_1",
    jobId: "job_2",
    questionId: "msg_3",
    answerId: "msg_4",
  };
  const shown = (state: ChatState) => state.messages.map(({ id, versions }) => [id, versions]);

  it("of a question take its place, and what followed from it goes", () => {
    const state = reached([{ type: "sendStarted", outgoing: edit }, taken], talk);
    expect(shown(state)).toEqual([
      ["msg_3", ["msg_1", "msg_3"]],
      ["msg_4", ["msg_4"]],
    ]);
    expect(state.draft).toBe("typed");
  });

  it("of a question that weren't taken go back to where they were written", () => {
    const refused: ChatEvent = { type: "sendRefused", key: "k2", problem };
    const state = reached([{ type: "sendStarted", outgoing: edit }, refused], talk);
    expect(state.editing).toEqual({ messageId: "msg_1", text: "Hello!" });
    expect(shown(state)).toEqual(shown(talk));
    expect(state.draft).toBe("typed");
  });

  it("are not made up where the question isn't shown any more", () => {
    const elsewhere = { ...edit, editOf: "msg_other" };
    const state = reached([{ type: "sendStarted", outgoing: elsewhere }, taken], talk);
    expect(shown(state)).toEqual(shown(talk));
  });

  it("of an answer stand beside it, or in its place", () => {
    const asked = { type: "retryAccepted", jobId: "job_1", newJobId: "job_2" } as const;
    const beside = reached([{ ...asked, answerId: "msg_5" }], talk);
    expect(shown(beside)[1]).toEqual(["msg_5", ["msg_2", "msg_5"]]);
    expect(pendingAnswer(beside)).toMatchObject({ jobId: "job_2", content: "" });
    const instead = reached([{ ...asked, answerId: "msg_2" }], talk);
    expect(shown(instead)[1]).toEqual(["msg_2", ["msg_2"]]);
  });
});

describe("reading again", () => {
  const opened: ChatEvent = { type: "opened", conversationId: "conv_1", draft: "" };
  const read = (status: "pending" | "done", type: "loaded" | "refreshed", jobId = "job_1"): ChatEvent => ({
    type,
    conversation: saved(status, jobId),
  });

  it("leaves every message alone that is the same", () => {
    const before = reached([opened, read("done", "loaded")]);
    expect(reached([read("done", "refreshed")], before).messages).toBe(before.messages);
  });

  it("keeps an answer as it is read, until the server has another", () => {
    const before = reached([
      opened,
      read("pending", "loaded"),
      { type: "streamOpened", jobId: "job_1" },
      { type: "textArrived", jobId: "job_1", text: "H" },
    ]);
    const during = reached([read("done", "refreshed")], before);
    expect(pendingAnswer(during)?.content).toBe("H");
    const over = reached([{ type: "answerDone", jobId: "job_1", finish: "stop" }], during);
    expect(pendingAnswer(reached([read("pending", "refreshed")], over))).toBeNull();
    expect(pendingAnswer(reached([read("pending", "refreshed", "job_2")], over))?.jobId).toBe("job_2");
  });
});
