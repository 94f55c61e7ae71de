import { beforeEach, describe, expect, it, vi } from "vitest";
import { ApiError } from "../../api/request";
import type { Conversation, Rating } from "../../api/types";
import { MemoryStorage } from "../../lib/storage";
import { ChatController, type ChatDeps } from "./controller";
import { ChatMemory } from "./memory";
import { FakeStreams } from "./stream/fake-streams";

const unreachable = new ApiError("No answer.", { status: 0, code: "unreachable" });
const busy = new ApiError("Not yet.", { status: 409, code: "not_finished" });
const gone = new ApiError("No.", { status: 404, code: "not_found" });
const sentPair = { jobId: "job_2", conversationId: "conv_1", questionId: "msg_3", answerId: "msg_4" };

let streams: FakeStreams;
let memory: ChatMemory;
let deps: ChatDeps;
let server: Conversation;

type Stored = Conversation["messages"][number];

/** A path of questions and answers: odd ids are questions. */
function path(...said: [id: number, content: string, more?: Partial<Stored>][]): Conversation {
  const at = "2026-01-01T00:00:00Z";
  const bare = {
    createdAt: at,
    receipt: null,
    rating: 0 as const,
    finish: null,
    parentId: null,
    status: "done" as const,
  };
  const messages = said.map(([number, content, more = {}]): Stored => {
    const id = `msg_${number}`;
    const asked = number % 2 === 1;
    const kind = asked
      ? { role: "user" as const, jobId: null, tier: null }
      : { role: "assistant" as const, jobId: `job_${number / 2}`, tier: "pro" as const };
    return { ...bare, ...kind, id, content, versions: [id], ...more };
  });
  return { id: "conv_1", title: "Hi", createdAt: at, updatedAt: at, pinned: false, messages };
}

beforeEach(() => {
  streams = new FakeStreams();
  memory = new ChatMemory(new MemoryStorage(), new MemoryStorage(), () => "copy");
  server = path([1, "Hi"], [2, "Hello."]);
  deps = {
    maxChars: 8_000,
    api: {
      send: vi.fn(async () => sentPair),
      stop: vi.fn(async () => undefined),
      retry: vi.fn(async () => ({ jobId: "job_9", answerId: "msg_18" })),
      conversation: vi.fn(async () => server),
      branch: vi.fn(async () => server),
      receipt: vi.fn(async () => ({ receipt: null })),
      rate: vi.fn(async (_jobId: string, rating: Rating) => ({ rating })),
    },
    memory,
    streams,
    wait: async () => undefined,
    newKey: () => "key",
    navigate: vi.fn(),
    explain: (error) => ({ text: error instanceof ApiError ? error.code : "bug", action: null }),
    changed: vi.fn(),
    tellTabs: vi.fn(),
  };
});

const settled = () => new Promise((resolve) => setTimeout(resolve));
const said = (chat: ChatController) => chat.store.get().messages.map(({ content }) => content);

async function opened(messageId: string | null = null): Promise<ChatController> {
  const chat = new ChatController(deps);
  chat.start("conv_1", messageId);
  await settled();
  return chat;
}

describe("a question in new words", () => {
  it("is sent once as a version of the old one, and what is typed below stays", async () => {
    const chat = await opened();
    chat.write("typed below");
    vi.mocked(deps.api.send).mockRejectedValueOnce(unreachable);
    expect(chat.edit()).toBe(true);
    chat.writeEdit("Hi!");
    chat.sendEdit("Hi! ", "max");
    chat.sendEdit("Hi! ", "max");
    await settled();
    const call = { tier: "max", content: "Hi!", conversationId: "conv_1", editOf: "msg_1" };
    expect(vi.mocked(deps.api.send).mock.calls).toEqual(
      Array.from({ length: 2 }, () => [{ ...call, idempotencyKey: "key" }]),
    );
    expect(chat.store.get()).toMatchObject({ draft: "typed below", editing: null, outgoing: null });
    expect(chat.store.get().messages.map(({ id }) => id)).toEqual(["msg_3", "msg_4"]);
    expect(memory.edit("conv_1")).toBeNull();
    expect(deps.tellTabs).toHaveBeenCalledWith("conv_1");
    streams.send("1", { type: "done", tokens: 0, finish: "stop" });
    expect(chat.edit()).toBe(true); // at once: it has the server's name
    expect(chat.store.get().editing?.messageId).toBe("msg_3");
  });

  it("is there again after a reload, as far as it was typed", async () => {
    const before = await opened();
    before.edit("msg_1");
    before.writeEdit("Hi, you");
    expect((await opened()).store.get().editing).toMatchObject({ messageId: "msg_1", text: "Hi, you" });
    before.cancelEdit();
    expect((await opened()).store.get().editing).toBeNull();
  });

  it("goes on its way after a reload, and comes back where it is refused", async () => {
    const left = { key: "old", content: "Hi!", tier: "pro", conversationId: "conv_1" } as const;
    memory.keepOutgoing({ ...left, editOf: "msg_1", status: "sending" });
    vi.mocked(deps.api.send).mockRejectedValueOnce(busy);
    const chat = await opened();
    expect(deps.api.send).toHaveBeenCalledWith(expect.objectContaining({ editOf: "msg_1" }));
    expect(chat.store.get()).toMatchObject({ editing: { messageId: "msg_1", text: "Hi!" }, draft: "" });
    expect(said(chat)).toEqual(["Hi", "Hello."]);
    expect(memory.edit("conv_1")).toMatchObject({ text: "Hi!" });
  });

  it("waits until the answer is there", async () => {
    server = path([1, "Hi"], [2, "", { status: "pending" }]);
    const chat = await opened();
    expect(chat.edit("msg_1")).toBe(false);
    await chat.switchTo("msg_7");
    await chat.retry("job_1", "pro");
    expect(deps.api.branch).not.toHaveBeenCalled();
    expect(deps.api.retry).not.toHaveBeenCalled();
  });
});

describe("another version", () => {
  it("is shown with what followed from it, and told to the other tabs", async () => {
    const chat = await opened();
    server = path([3, "Hi!"], [4, "", { status: "pending" }]);
    await chat.switchTo("msg_3");
    expect(deps.api.branch).toHaveBeenCalledWith("msg_3");
    expect(said(chat)).toEqual(["Hi!", ""]);
    expect(streams.last.url).toContain("jobId=job_2");
    expect(deps.tellTabs).toHaveBeenCalledWith("conv_1");
  });

  it("that can't be shown is explained, and what is true is shown", async () => {
    const chat = await opened();
    vi.mocked(deps.api.branch).mockRejectedValueOnce(busy);
    server = path([1, "Hi"], [2, "Hello."], [3, "And?"], [4, "", { status: "pending" }]);
    await chat.switchTo("msg_7");
    await settled();
    expect(chat.store.get()).toMatchObject({ problem: { text: "not_finished" }, switching: false });
    expect(said(chat)).toEqual(["Hi", "Hello.", "And?", ""]);
  });

  it("of an answer is written beside it", async () => {
    const chat = await opened();
    await chat.retry("job_1", "pro");
    expect(chat.store.get().messages.at(-1)).toMatchObject({
      id: "msg_18",
      versions: ["msg_2", "msg_18"],
      status: "pending",
    });
    expect(streams.last.url).toContain("jobId=job_9");
  });
});

describe("a message that was searched for", () => {
  it("is pointed out, and again when it is asked for again", async () => {
    const chat = await opened("msg_2");
    expect(chat.store.get().target).toEqual({ messageId: "msg_2", turn: 1 });
    chat.open("conv_1", "msg_2");
    await settled();
    expect(chat.store.get().target).toEqual({ messageId: "msg_2", turn: 2 });
    expect(deps.api.conversation).toHaveBeenCalledTimes(1);
    expect(deps.api.branch).not.toHaveBeenCalled();
  });

  it("is shown on its own path", async () => {
    vi.mocked(deps.api.branch).mockImplementationOnce(async () => path([3, "Hi!"], [4, "Oh."]));
    const chat = await opened("msg_4");
    expect(said(chat)).toEqual(["Hi!", "Oh."]);
    expect(chat.store.get().target?.messageId).toBe("msg_4");
  });

  it("that is gone leaves the conversation as it is", async () => {
    vi.mocked(deps.api.branch).mockRejectedValueOnce(gone);
    const chat = await opened("msg_8");
    expect(said(chat)).toEqual(["Hi", "Hello."]);
    expect(chat.store.get().target).toBeNull();
  });
});

describe("what changed elsewhere", () => {
  it("is shown, with what is typed as it was, and its answer read", async () => {
    const chat = await opened();
    chat.write("typed");
    server = path([1, "Hi"], [2, "Hello."], [3, "And?"], [4, "", { status: "pending" }]);
    await chat.refresh();
    expect(chat.store.get()).toMatchObject({ draft: "typed", phase: "ready" });
    expect(said(chat)).toEqual(["Hi", "Hello.", "And?", ""]);
    streams.token("1", "More.");
    streams.frame();
    await chat.refresh();
    expect(said(chat).at(-1)).toBe("More.");
    expect(streams.connections).toHaveLength(1);
  });

  it("is read again where something was sent here meanwhile: nothing is lost", async () => {
    const chat = await opened();
    let answer: (old: Conversation) => void = () => undefined;
    vi.mocked(deps.api.conversation).mockImplementationOnce(
      () => new Promise((resolve) => (answer = resolve)),
    );
    const refreshed = chat.refresh();
    chat.write("And?");
    chat.send("pro");
    await settled();
    answer(server);
    server = path([1, "Hi"], [2, "Hello."], [3, "And?"], [4, "", { status: "pending" }]);
    await refreshed;
    expect(said(chat)).toEqual(["Hi", "Hello.", "And?", ""]);
    expect(streams.connections).toHaveLength(1);
  });

  it("isn't shown beside the same message on its way, which would be twice", async () => {
    let accept: () => void = () => undefined;
    vi.mocked(deps.api.send).mockImplementationOnce(
      () => new Promise((resolve) => (accept = () => resolve(sentPair))),
    );
    const chat = await opened();
    chat.write("And?");
    chat.send("pro");
    server = path([1, "Hi"], [2, "Hello."], [3, "And?"], [4, "", { status: "pending" }]);
    await chat.refresh();
    expect(said(chat)).toEqual(["Hi", "Hello."]);
    accept();
    await settled();
    expect(said(chat)).toEqual(["Hi", "Hello.", "And?", ""]);
  });

  it("may be the message that an earlier load had sent: it isn't shown twice either", async () => {
    const left = {
      key: "old",
      content: "And?",
      tier: "pro",
      conversationId: "conv_1",
      editOf: null,
    } as const;
    memory.keepOutgoing({ ...left, status: "sending" });
    let accept: () => void = () => undefined;
    vi.mocked(deps.api.send).mockImplementationOnce(
      () => new Promise((resolve) => (accept = () => resolve(sentPair))),
    );
    server = path([1, "Hi"], [2, "Hello."], [3, "And?"], [4, "", { status: "pending" }]);
    const chat = await opened();
    expect(said(chat)).toEqual([]);
    accept();
    await settled();
    expect(said(chat)).toEqual(["Hi", "Hello.", "And?", ""]);
    expect(chat.store.get().outgoing).toBeNull();
  });

  it("is that it was deleted", async () => {
    const chat = await opened();
    vi.mocked(deps.api.conversation).mockRejectedValueOnce(unreachable);
    await chat.refresh();
    expect(chat.store.get().phase).toBe("ready");
    vi.mocked(deps.api.conversation).mockRejectedValueOnce(gone);
    await chat.refresh();
    expect(chat.store.get().phase).toBe("missing");
  });
});
