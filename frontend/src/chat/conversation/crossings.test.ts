/** Two things on their way at once: the one that comes late must not undo the other. */
import { beforeEach, describe, expect, it, vi } from "vitest";
import { ApiError } from "../../api/request";
import type { Conversation, Rating, Sent } from "../../api/types";
import { MemoryStorage } from "../../lib/storage";
import { ChatController, type ChatDeps } from "./controller";
import { ChatMemory } from "./memory";
import { unsentElsewhere } from "./state";
import { FakeStreams } from "./stream/fake-streams";

const tooDear = new ApiError("No.", { status: 402, code: "insufficient_credits" });
const sentPair = { jobId: "job_9", conversationId: "conv_1", questionId: "msg_8", answerId: "msg_9" };

/** An answer of the server that the test gives when it wants to. */
interface Held<T> {
  answer: (value: T) => Promise<void>;
  refuse: (error: Error) => Promise<void>;
  promise: Promise<T>;
}

let memory: ChatMemory;
let deps: ChatDeps;

function conversation(id: string): Conversation {
  const at = "2026-01-01T00:00:00Z";
  const bare = {
    createdAt: at,
    receipt: null,
    rating: 0 as const,
    finish: null,
    parentId: null,
    status: "done" as const,
  };
  const [asked, answered] = [`msg_${id}_1`, `msg_${id}_2`];
  return {
    id,
    title: "Hi",
    createdAt: at,
    updatedAt: at,
    pinned: false,
    messages: [
      { ...bare, id: asked, role: "user", content: "Hi", jobId: null, tier: null, versions: [asked] },
      {
        ...bare,
        id: answered,
        role: "assistant",
        content: `Hello from ${id}.`,
        jobId: `job_${id}`,
        tier: "pro",
        versions: [answered],
      },
    ],
  };
}

beforeEach(() => {
  let keys = 0;
  const newKey = () => {
    keys += 1;
    return `key_${keys}`;
  };
  memory = new ChatMemory(new MemoryStorage(), new MemoryStorage(), newKey);
  deps = {
    maxChars: 8_000,
    api: {
      send: vi.fn(async () => sentPair),
      stop: vi.fn(async () => undefined),
      retry: vi.fn(async () => ({ jobId: "job_9", answerId: "msg_9" })),
      conversation: vi.fn(async (id: string) => conversation(id)),
      branch: vi.fn(async () => conversation("conv_1")),
      receipt: vi.fn(async () => ({ receipt: null })),
      rate: vi.fn(async (_jobId: string, rating: Rating) => ({ rating })),
    },
    memory,
    streams: new FakeStreams(),
    wait: async () => undefined,
    newKey,
    navigate: vi.fn(),
    explain: (error) => ({ text: error instanceof ApiError ? error.code : "bug", action: null }),
    changed: vi.fn(),
    tellTabs: vi.fn(),
  };
});

const settled = () => new Promise<void>((resolve) => setTimeout(resolve));
const said = (chat: ChatController) => chat.store.get().messages.map(({ content }) => content);

function held<T>(): Held<T> {
  let resolve: (value: T) => void = () => undefined;
  let reject: (error: Error) => void = () => undefined;
  const promise = new Promise<T>((taken, refused) => {
    resolve = taken;
    reject = refused;
  });
  return {
    promise,
    answer: (value) => {
      resolve(value);
      return settled();
    },
    refuse: (error) => {
      reject(error);
      return settled();
    },
  };
}

async function opened(id: string | null): Promise<ChatController> {
  const chat = new ChatController(deps);
  chat.start(id);
  await settled();
  return chat;
}

function sendSlowly(chat: ChatController, text: string): Held<Sent> {
  const sending = held<Sent>();
  vi.mocked(deps.api.send).mockImplementationOnce(() => sending.promise);
  chat.write(text);
  chat.send("pro");
  return sending;
}

describe("a conversation that is being opened", () => {
  it("is shown, though a message of another is taken meanwhile", async () => {
    const chat = await opened("conv_1");
    const sending = sendSlowly(chat, "And?");
    const loading = held<Conversation>();
    vi.mocked(deps.api.conversation).mockImplementationOnce(() => loading.promise);
    chat.open("conv_2");
    await sending.answer(sentPair);
    await loading.answer(conversation("conv_2"));
    expect(chat.store.get()).toMatchObject({ conversationId: "conv_2", phase: "ready" });
    expect(said(chat)).toEqual(["Hi", "Hello from conv_2."]);
  });

  it("is shown, though another answer of another begins meanwhile", async () => {
    const chat = await opened("conv_1");
    const retrying = held<{ jobId: string; answerId: string }>();
    vi.mocked(deps.api.retry).mockImplementationOnce(() => retrying.promise);
    void chat.retry("job_conv_1", "pro");
    const loading = held<Conversation>();
    vi.mocked(deps.api.conversation).mockImplementationOnce(() => loading.promise);
    chat.open("conv_2");
    await retrying.answer({ jobId: "job_9", answerId: "msg_9" });
    await loading.answer(conversation("conv_2"));
    expect(chat.store.get().phase).toBe("ready");
    expect(deps.tellTabs).toHaveBeenLastCalledWith("conv_1");
  });
});

describe("signing out while a message is on its way", () => {
  it("shows nothing of it to who is here next", async () => {
    const chat = await opened(null);
    const sending = sendSlowly(chat, "Mine");
    chat.forget();
    vi.mocked(deps.navigate).mockClear();
    chat.write("Another's");
    await sending.answer(sentPair);
    expect(deps.navigate).not.toHaveBeenCalled();
    expect(deps.changed).not.toHaveBeenCalled();
    expect(chat.store.get()).toMatchObject({ conversationId: null, draft: "Another's" });
    expect(memory.draft(null)).toBe("Another's");
  });

  it("leaves what the next one sends on its way, whatever becomes of the first", async () => {
    for (const end of ["answer", "refuse"] as const) {
      const chat = await opened(null);
      const first = sendSlowly(chat, "Mine");
      chat.forget();
      const second = sendSlowly(chat, "Another's");
      await (end === "answer" ? first.answer(sentPair) : first.refuse(tooDear));
      expect(memory.outgoing()?.content).toBe("Another's");
      expect(memory.draft(null)).toBe("");
      expect(chat.store.get()).toMatchObject({ conversationId: null, problem: null });
      await second.answer(sentPair);
      expect(chat.store.get().conversationId).toBe("conv_1");
    }
  });
});

describe("a message that is refused after another conversation was opened", () => {
  it("comes back before what was typed since", async () => {
    const chat = await opened("conv_1");
    const sending = sendSlowly(chat, "First");
    chat.write("Second");
    chat.open("conv_2");
    await sending.refuse(tooDear);
    chat.open("conv_1");
    expect(chat.store.get().draft).toBe("First\n\nSecond");
  });
});

describe("another path that comes after the conversation was left and opened again", () => {
  it("isn't shown in place of what was sent since", async () => {
    const chat = await opened("conv_1");
    const switching = held<Conversation>();
    vi.mocked(deps.api.branch).mockImplementationOnce(() => switching.promise);
    void chat.switchTo("msg_5");
    chat.open("conv_2");
    chat.open("conv_1");
    await settled();
    chat.write("And?");
    chat.send("pro");
    await settled();
    const unread = held<Conversation>();
    vi.mocked(deps.api.conversation).mockImplementationOnce(() => unread.promise);
    await switching.answer(conversation("conv_1"));
    expect(said(chat)).toEqual(["Hi", "Hello from conv_1.", "And?", ""]);
    await unread.answer(conversation("conv_1")); // What is true is asked for, and shown.
    expect(said(chat)).toEqual(["Hi", "Hello from conv_1."]);
  });
});

describe("a message that can't be sent", () => {
  it("is told of wherever one is, since nothing else can be sent before it", async () => {
    const unreachable = new ApiError("No answer.", { status: 0, code: "unreachable" });
    vi.mocked(deps.api.send).mockRejectedValue(unreachable);
    const chat = await opened("conv_1");
    chat.write("And?");
    chat.send("pro");
    await settled();
    expect(unsentElsewhere(chat.store.get())).toBeNull(); // It's there to be seen.
    chat.open(null);
    expect(unsentElsewhere(chat.store.get())).toMatchObject({ content: "And?", conversationId: "conv_1" });
    vi.mocked(deps.api.send).mockResolvedValue(sentPair);
    chat.resend();
    expect(unsentElsewhere(chat.store.get())).toBeNull();
    await settled();
    expect(chat.store.get()).toMatchObject({ conversationId: null, outgoing: null });
  });
});
