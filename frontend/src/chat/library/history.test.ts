import { describe, expect, it, vi } from "vitest";
import { ApiError } from "../../api/request";
import type { ConversationPage, ConversationSummary } from "../../api/types";
import { History } from "./history";

const away = new ApiError("Away.", { status: 0, code: "unreachable" });

function item(id: string, more: Partial<ConversationSummary> = {}): ConversationSummary {
  const at = "2026-01-01T00:00:00Z";
  return {
    id,
    title: id,
    createdAt: at,
    updatedAt: at,
    pinned: false,
    snippet: null,
    messageId: null,
    ...more,
  };
}

/** A server with three conversations on two pages. */
function server() {
  const saved = new Map(["a", "b", "c"].map((id) => [id, item(id)]));
  const api = {
    conversations: vi.fn(async (cursor: string | null, limit?: number | null): Promise<ConversationPage> => {
      const all = [...saved.values()];
      if (cursor === "2") return { conversations: all.slice(2), next: null };
      return { conversations: all.slice(0, limit ?? 2), next: all.length > (limit ?? 2) ? "2" : null };
    }),
    changeConversation: vi.fn(async (id: string, change: object) => {
      const changed = { ...(saved.get(id) ?? item(id)), ...change };
      saved.set(id, changed);
      return changed;
    }),
  };
  const history = new History(api);
  const titles = () => history.store.get().items.map((one) => one.title);
  return { saved, api, history, titles };
}

describe("the list of conversations", () => {
  it("is read page by page, each conversation once", async () => {
    const { history, titles } = server();
    await history.refresh();
    expect(titles()).toEqual(["a", "b"]);
    await history.more();
    expect(titles()).toEqual(["a", "b", "c"]);
    await history.more();
    expect(history.store.get()).toMatchObject({ phase: "ready", next: null });
  });

  it("is read again as far as it was read before", async () => {
    const { api, history } = server();
    const many = Array.from({ length: 45 }, (_, number) => item(`${number}`));
    api.conversations.mockResolvedValue({ conversations: many, next: null });
    await history.refresh();
    await history.refresh();
    expect(api.conversations.mock.calls).toEqual([
      [null, null],
      [null, 45],
    ]);
  });

  it("stays on show when it can't be read, and is empty for nobody", async () => {
    const { api, history, titles } = server();
    await history.refresh();
    api.conversations.mockRejectedValueOnce(away);
    await history.refresh();
    expect([titles(), history.store.get().phase]).toEqual([["a", "b"], "failed"]);
    api.conversations.mockRejectedValueOnce(new ApiError("Who?", { status: 401, code: "not_signed_in" }));
    await history.refresh();
    expect(history.store.get()).toEqual({ phase: "ready", items: [], next: null });
  });
});

describe("a change", () => {
  it("is shown at once, also when a list comes that was read before it", async () => {
    const { saved, api, history, titles } = server();
    await history.refresh();
    let answer: (saved: ConversationSummary) => void = () => undefined;
    api.changeConversation.mockReturnValueOnce(new Promise((resolve) => (answer = resolve)));
    const changing = history.change("a", { title: "Owls" });
    expect(titles()).toEqual(["Owls", "b"]);
    await history.refresh();
    expect(titles()).toEqual(["Owls", "b"]);
    const owls = item("a", { title: "Owls" });
    saved.set("a", owls);
    answer(owls);
    await changing;
    expect(titles()).toEqual(["Owls", "b"]);
  });

  it("isn't undone by a list that was on its way when it was confirmed", async () => {
    const { api, history, titles } = server();
    await history.refresh();
    let late: (page: ConversationPage) => void = () => undefined;
    api.conversations.mockReturnValueOnce(new Promise((resolve) => (late = resolve)));
    const reading = history.refresh();
    await history.change("a", { title: "Owls" });
    late({ conversations: [item("a")], next: null });
    await reading;
    await vi.waitFor(() => expect(titles()).toEqual(["Owls", "b"]));
  });

  it("is taken back when the server doesn't take it", async () => {
    const { api, history } = server();
    await history.refresh();
    api.changeConversation.mockRejectedValueOnce(away);
    await expect(history.change("a", { pinned: true })).rejects.toBe(away);
    expect(history.store.get().items[0]?.pinned).toBe(false);
  });

  it("keeps the one before it, while neither is confirmed", async () => {
    const { api, history } = server();
    await history.refresh();
    api.changeConversation.mockReturnValue(new Promise(() => undefined));
    void history.change("a", { title: "Owls" });
    void history.change("a", { pinned: true });
    await history.refresh();
    expect(history.store.get().items[0]).toMatchObject({ title: "Owls", pinned: true });
  });
});

it("drops what was deleted, whatever an older list says", async () => {
  const { saved, api, history, titles } = server();
  await history.refresh();
  let late: (page: ConversationPage) => void = () => undefined;
  api.conversations.mockReturnValueOnce(new Promise((resolve) => (late = resolve)));
  const reading = history.refresh();
  saved.delete("a");
  history.drop("a");
  expect(titles()).toEqual(["b"]);
  late({ conversations: [item("a")], next: null });
  await reading;
  await vi.waitFor(() => expect(titles()).toEqual(["b", "c"]));
});
