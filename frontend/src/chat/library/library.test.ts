import { beforeEach, describe, expect, it, vi } from "vitest";
import { ApiError } from "../../api/request";
import type { ConversationSummary } from "../../api/types";
import { FakeClock, settled } from "../../lib/fake-clock";
import { MemoryStorage } from "../../lib/storage";
import { UNDO_MS } from "./deletions";
import { Library } from "./library";

const away = new ApiError("Away.", { status: 0, code: "unreachable" });
const gone = new ApiError("No.", { status: 404, code: "not_found" });
const at = "2026-01-01T00:00:00Z";

function item(id: string): ConversationSummary {
  return {
    id,
    title: `About ${id}`,
    createdAt: at,
    updatedAt: at,
    pinned: false,
    snippet: null,
    messageId: null,
  };
}

let clock: FakeClock;
let storage: MemoryStorage;
let saved: Map<string, ConversationSummary>;
let openId: string | null;

function pageOf(conversations: Iterable<ConversationSummary>) {
  return { conversations: [...conversations], next: null };
}

function api() {
  return {
    conversations: vi.fn(async () => pageOf(saved.values())),
    searchConversations: vi.fn(async () => pageOf(saved.values())),
    changeConversation: vi.fn(async (id: string, change: object) => ({ ...item(id), ...change })),
    deleteConversation: vi.fn(async (id: string) => {
      if (!saved.delete(id)) throw gone;
    }),
    deleteAllConversations: vi.fn(async () => saved.clear()),
  };
}

async function opened(calls = api()) {
  const forgetDrafts = vi.fn();
  const library = new Library({ api: calls, storage, clock, now: () => clock.now(), tab: "A", forgetDrafts });
  const reload = vi.fn();
  const open = (id: string | null) => {
    openId = id;
  };
  library.start({ id: () => openId, open, reload });
  await library.history.refresh();
  const listed = () => library.history.store.get().items.map(({ id }) => id);
  return { library, calls, forgetDrafts, reload, listed };
}

beforeEach(() => {
  clock = new FakeClock();
  storage = new MemoryStorage();
  saved = new Map(["a", "b"].map((id) => [id, item(id)]));
  openId = "a";
});

describe("deleting", () => {
  it("leaves the open conversation, and undoing opens it again", async () => {
    const { library, calls } = await opened();
    library.remove(item("a"));
    expect(openId).toBeNull();
    expect(library.store.get().announcement).toBe("“About a” was deleted. You can undo it.");
    expect(library.undo()).toBe("a");
    expect(openId).toBe("a");
    await clock.advance(UNDO_MS);
    expect(calls.deleteConversation).not.toHaveBeenCalled();
  });

  it("opens nothing again for somebody who has gone on to another", async () => {
    const { library } = await opened();
    library.remove(item("a"));
    openId = "b";
    library.undo();
    expect(openId).toBe("b");
  });

  it("forgets the conversation with its draft when the time is over, and tells the other tabs", async () => {
    const { library, forgetDrafts, listed } = await opened();
    library.search.write("about");
    await clock.advance(1_000);
    library.remove(item("b"));
    expect(storage.getItem("ashao.changed")).toBeNull();
    await clock.advance(UNDO_MS);
    expect([listed(), library.search.store.get().hits.map(({ id }) => id)]).toEqual([["a"], ["a"]]);
    expect(forgetDrafts.mock.calls).toEqual([["b"]]);
    expect(storage.getItem("ashao.changed")).not.toBeNull();
    expect(openId).toBe("a");
  });

  it("takes one that is gone already for deleted, and says when the server is told later", async () => {
    const { library, calls } = await opened();
    library.remove(item("c"));
    await clock.advance(UNDO_MS);
    expect(library.store.get().problem).toBeNull();
    calls.deleteConversation.mockRejectedValueOnce(away);
    library.remove(item("b"));
    await clock.advance(UNDO_MS);
    const late = "“About b” will be deleted as soon as ashao can be reached.";
    expect(library.store.get().problem).toBe(late);
    expect(library.deletions.store.get()).toHaveLength(1);
    library.deletions.online();
    await settled();
    expect(library.store.get().problem).toBeNull();
    expect(library.deletions.store.get()).toHaveLength(0);
  });

  it("is done before somebody signs out", async () => {
    const { library, calls } = await opened();
    library.remove(item("b"));
    await library.signingOut();
    expect(calls.deleteConversation).toHaveBeenCalledWith("b", { keepalive: false });
  });

  it("of everything leaves nothing, and nothing to undo", async () => {
    const { library, calls, forgetDrafts, listed } = await opened();
    library.remove(item("b"));
    expect(await library.removeAll()).toBe(true);
    expect([listed(), openId, library.deletions.store.get()]).toEqual([[], null, []]);
    expect(forgetDrafts.mock.calls).toEqual([[null]]);
    await clock.advance(60_000);
    expect(calls.deleteConversation).not.toHaveBeenCalled();
  });

  it("of everything that fails leaves everything, and says so", async () => {
    const { library, calls, listed } = await opened();
    calls.deleteAllConversations.mockRejectedValueOnce(away);
    expect(await library.removeAll()).toBe(false);
    expect([listed(), openId]).toEqual([["a", "b"], "a"]);
    expect(library.store.get().problem).toBe("Your conversations couldn’t be deleted. Away.");
  });
});

describe("changing", () => {
  it("shows another title in the list and among what was found", async () => {
    const { library } = await opened();
    library.search.write("about");
    await clock.advance(1_000);
    saved.set("a", { ...item("a"), title: "Owls" });
    await library.rename(item("a"), "  Owls ");
    expect(library.history.store.get().items[0]?.title).toBe("Owls");
    expect(library.search.store.get().hits[0]?.title).toBe("Owls");
    expect(library.store.get().announcement).toBe("Renamed to “Owls”.");
  });

  it("asks for nothing where nothing changes", async () => {
    const { library, calls } = await opened();
    await library.rename(item("a"), " About a ");
    await library.rename(item("a"), "  ");
    expect(calls.changeConversation).not.toHaveBeenCalled();
  });

  it("takes back what the server doesn't take", async () => {
    const { library, calls } = await opened();
    calls.changeConversation.mockRejectedValueOnce(away);
    await library.setPinned(item("a"), true);
    expect(library.history.store.get().items[0]?.pinned).toBe(false);
    expect(library.store.get().problem).toBe("“About a” couldn’t be changed. Away.");
  });
});

describe("another tab", () => {
  it("has changed the list: it is read again", async () => {
    const { library, listed } = await opened();
    saved.delete("b");
    library.storageChanged("ashao.changed");
    await settled();
    expect(listed()).toEqual(["a"]);
  });

  it("has deleted what is open here, or everything: it is read again", async () => {
    const { library, reload } = await opened();
    const one = { id: "a", title: "", tab: "B", state: "waiting", untilMs: 30_000 };
    storage.setItem("ashao.deleting", JSON.stringify([one]));
    library.storageChanged("ashao.deleting");
    expect(reload).not.toHaveBeenCalled();
    storage.removeItem("ashao.deleting");
    library.storageChanged("ashao.deleting");
    expect(reload).toHaveBeenCalledTimes(1);
    saved.clear();
    library.storageChanged("ashao.changed");
    await settled();
    expect(reload).toHaveBeenCalledTimes(2);
  });
});
