import { beforeEach, describe, expect, it, vi } from "vitest";
import { ApiError } from "../../api/request";
import type { Conversation, Rating, Receipt } from "../../api/types";
import { MemoryStorage } from "../../lib/storage";
import { ChatController, type ChatDeps } from "./controller";
import { ChatMemory } from "./memory";
import { FakeStreams } from "./stream/fake-streams";

const unreachable = new ApiError("No answer.", { status: 0, code: "unreachable" });
const tooDear = new ApiError("No.", { status: 402, code: "insufficient_credits" });
const gone = new ApiError("No.", { status: 404, code: "not_found" });

let streams: FakeStreams;
let memory: ChatMemory;
let deps: ChatDeps;
let keys: number;

const sentPair = { jobId: "job_1", conversationId: "conv_1", questionId: "msg_1", answerId: "msg_2" };
const at = "2026-01-01T00:00:00Z";
const question = {
  id: "msg_1",
  role: "user",
  status: "done",
  jobId: null,
  tier: null,
} as const;
const stored = { id: "msg_2", role: "assistant", jobId: "job_1", tier: "pro" } as const;

function conversation(status: "pending" | "done", content = ""): Conversation {
  const bare = { createdAt: at, receipt: null, rating: 0 as const, finish: null, parentId: null };
  return {
    id: "conv_1",
    title: "Hi",
    createdAt: at,
    updatedAt: at,
    pinned: false,
    messages: [
      { ...bare, ...question, content: "Hi", versions: ["msg_1"] },
      { ...bare, ...stored, content, status, versions: ["msg_2"] },
    ],
  };
}

beforeEach(() => {
  streams = new FakeStreams();
  memory = new ChatMemory(new MemoryStorage(), new MemoryStorage(), () => "copy");
  keys = 0;
  deps = {
    maxChars: 8_000,
    api: {
      send: vi.fn(async () => sentPair),
      stop: vi.fn(async () => undefined),
      retry: vi.fn(async () => ({ jobId: "job_2", answerId: "msg_3" })),
      conversation: vi.fn(async () => conversation("pending")),
      branch: vi.fn(async () => conversation("done", "The other")),
      receipt: vi.fn(async () => ({ receipt: null })),
      rate: vi.fn(async (_jobId: string, rating: Rating) => ({ rating })),
    },
    memory,
    streams,
    wait: async () => undefined,
    newKey: () => {
      keys += 1;
      return `key_${keys}`;
    },
    navigate: vi.fn(),
    explain: (error) => ({ text: error instanceof ApiError ? error.code : "bug", action: null }),
    changed: vi.fn(),
    tellTabs: vi.fn(),
  };
});

const settled = () => new Promise((resolve) => setTimeout(resolve));

async function started(conversationId: string | null = null): Promise<ChatController> {
  const chat = new ChatController(deps);
  chat.start(conversationId);
  await settled();
  return chat;
}

async function sent(chat: ChatController, content = "Hi"): Promise<void> {
  chat.write(content);
  chat.send("pro");
  await settled();
}

describe("sending", () => {
  it("sends, names the conversation in the address and streams the answer", async () => {
    const chat = await started();
    await sent(chat);
    expect(deps.navigate).toHaveBeenCalledWith("conv_1", "replace");
    expect(memory.draft(null)).toBe("");
    expect(memory.outgoing()).toBeNull();

    streams.token("1", "Hello");
    streams.send("2", { type: "done", tokens: 1, finish: "stop" });
    expect(chat.store.get().messages.at(-1)).toMatchObject({ content: "Hello", status: "done" });
    expect(deps.changed).toHaveBeenCalledTimes(2);
  });

  it("repeats under one key until it is acknowledged", async () => {
    vi.mocked(deps.api.send).mockRejectedValueOnce(unreachable).mockRejectedValueOnce(unreachable);
    const chat = await started();
    await sent(chat);
    const calls = vi.mocked(deps.api.send).mock.calls.map(([input]) => input.idempotencyKey);
    expect(calls).toEqual(["key_1", "key_1", "key_1"]);
    expect(chat.store.get().messages).toHaveLength(2);
  });

  it("gives up after some tries, and trying again keeps the key", async () => {
    vi.mocked(deps.api.send).mockRejectedValue(unreachable);
    const chat = await started();
    await sent(chat);
    expect(chat.store.get().outgoing?.status).toBe("unsent");
    expect(memory.outgoing()?.key).toBe("key_1");

    vi.mocked(deps.api.send).mockReset().mockResolvedValue(sentPair);
    chat.resend();
    chat.resend();
    await settled();
    expect(deps.api.send).toHaveBeenCalledTimes(1);
    expect(deps.api.send).toHaveBeenCalledWith(expect.objectContaining({ idempotencyKey: "key_1" }));
  });

  it("finishes after a reload what was on its way, under the same key", async () => {
    memory.keepOutgoing({
      key: "old",
      content: "Hi",
      tier: "max",
      conversationId: null,
      editOf: null,
      status: "sending",
    });
    const chat = await started();
    expect(deps.api.send).toHaveBeenCalledWith(
      expect.objectContaining({ idempotencyKey: "old", tier: "max" }),
    );
    expect(chat.store.get().conversationId).toBe("conv_1");
    expect(memory.outgoing()).toBeNull();
  });

  it("gives a refused message back to the box, and the next one gets a new key", async () => {
    vi.mocked(deps.api.send).mockRejectedValueOnce(tooDear);
    const chat = await started();
    await sent(chat);
    expect(chat.store.get()).toMatchObject({ draft: "Hi", problem: { text: "insufficient_credits" } });
    expect(memory.draft(null)).toBe("Hi");
    chat.send("pro");
    await settled();
    expect(deps.api.send).toHaveBeenLastCalledWith(expect.objectContaining({ idempotencyKey: "key_2" }));
  });

  it("sends once when asked twice", async () => {
    const chat = await started();
    chat.write("Hi");
    chat.send("pro");
    chat.send("pro");
    await settled();
    expect(deps.api.send).toHaveBeenCalledTimes(1);
  });

  it("stops sending for a person who signed out", async () => {
    let fail: (error: Error) => void = () => undefined;
    vi.mocked(deps.api.send).mockImplementationOnce(() => new Promise((_, reject) => (fail = reject)));
    const chat = await started();
    await sent(chat);
    chat.forget();
    fail(unreachable);
    await settled();
    expect(deps.api.send).toHaveBeenCalledTimes(1);
    expect(memory.outgoing()).toBeNull();
  });
});

describe("an open conversation", () => {
  it("goes on streaming an answer that was being written before a reload", async () => {
    const chat = await started("conv_1");
    streams.token("1", "All of it");
    streams.frame();
    expect(chat.store.get().messages.at(-1)).toMatchObject({ content: "All of it", status: "pending" });
  });

  it("is read anew when its stream is gone", async () => {
    const chat = await started("conv_1");
    vi.mocked(deps.api.conversation).mockResolvedValueOnce(conversation("done", "The whole answer"));
    streams.last.broken(true);
    await settled();
    expect(chat.store.get()).toMatchObject({ connection: "steady" });
    expect(chat.store.get().messages.at(-1)).toMatchObject({ content: "The whole answer", status: "done" });
    expect(streams.elapse()).toEqual([]);
  });

  it("leaves the stream when another is opened", async () => {
    const chat = await started("conv_1");
    const stream = streams.last;
    chat.open(null);
    expect(stream.closed).toBe(true);
    expect(deps.navigate).toHaveBeenLastCalledWith(null, "push");
  });

  it("says when it isn't there", async () => {
    vi.mocked(deps.api.conversation).mockRejectedValue(gone);
    const chat = await started("conv_1");
    expect(chat.store.get().phase).toBe("missing");
  });

  it("retries a failed answer once, and streams the new job", async () => {
    const chat = await started("conv_1");
    streams.send("1", { type: "error", message: "Lost." });
    void chat.retry("job_1", "pro");
    await chat.retry("job_1", "pro");
    await settled();
    expect(deps.api.retry).toHaveBeenCalledTimes(1);
    expect(streams.last.url).toContain("jobId=job_2");
  });

  it("asks to stop, and the stream's end keeps the text", async () => {
    const chat = await started("conv_1");
    streams.token("1", "Half");
    await chat.stop();
    expect(deps.api.stop).toHaveBeenCalledWith("job_1");
    streams.send("2", { type: "done", tokens: 1, finish: "stopped" });
    expect(chat.store.get().messages.at(-1)).toMatchObject({ content: "Half", status: "stopped" });
  });
});

describe("signing in", () => {
  it("begins a new conversation in place of a guest's, with what was being typed", async () => {
    const chat = await started("conv_1");
    chat.write("And then");
    deps.api.conversation = vi.fn(async () => Promise.reject(gone));
    await chat.changeHands();
    expect(chat.store.get()).toMatchObject({ conversationId: null, phase: "new", draft: "And then" });
    expect(deps.navigate).toHaveBeenCalledWith(null, "replace");
    expect(memory.draft("conv_1")).toBe("");
  });

  it("keeps the open conversation of somebody who comes back", async () => {
    const chat = await started("conv_1");
    await chat.changeHands();
    expect(chat.store.get()).toMatchObject({ conversationId: "conv_1", phase: "ready" });
  });
});

describe("after an answer", () => {
  const receipt: Receipt = {
    servedBy: "browser",
    model: "owl-1b",
    tokens: 132,
    seconds: 4.1,
    credits: 10,
    handedOver: false,
    simulated: false,
    read: null,
  };
  const answer = (chat: ChatController) => chat.store.get().messages.at(-1);

  async function answered(): Promise<ChatController> {
    const chat = await started();
    await sent(chat);
    streams.token("1", "Hello");
    streams.send("2", { type: "done", tokens: 1, finish: "stop" });
    await settled();
    return chat;
  }

  it("asks for its receipt until there is one, and not for ever", async () => {
    const ask = vi.fn<() => Promise<{ receipt: Receipt | null }>>(async () => ({ receipt }));
    ask.mockResolvedValueOnce({ receipt: null }).mockRejectedValueOnce(unreachable);
    deps.api.receipt = ask;
    const chat = await answered();
    expect(ask).toHaveBeenCalledTimes(3);
    expect(answer(chat)).toMatchObject({ receipt, status: "done" });

    ask.mockReset().mockResolvedValue({ receipt: null });
    expect(answer(await answered())).toMatchObject({ receipt: null });
    expect(ask).toHaveBeenCalledTimes(4);
  });

  it("does without a receipt that is refused", async () => {
    deps.api.receipt = vi.fn(async () => Promise.reject(gone));
    const chat = await answered();
    expect(answer(chat)).toMatchObject({ receipt: null });
    expect(chat.store.get().problem).toBeNull();
    expect(deps.api.receipt).toHaveBeenCalledTimes(1);
  });

  it("shows a rating at once, and takes it back if it isn't taken", async () => {
    const chat = await answered();
    const rated = chat.rate("job_1", 1);
    expect(answer(chat)).toMatchObject({ rating: 1 });
    await rated;
    expect(deps.api.rate).toHaveBeenCalledWith("job_1", 1);

    deps.api.rate = vi.fn(async () => Promise.reject(unreachable));
    await chat.rate("job_1", -1);
    expect(answer(chat)).toMatchObject({ rating: 1 });
    expect(chat.store.get().problem).toMatchObject({ text: "unreachable" });
  });
});
