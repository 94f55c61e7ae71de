import { beforeEach, describe, expect, it, vi } from "vitest";
import { ApiError } from "../../api/request";
import type { ConversationPage } from "../../api/types";
import { FakeClock, settled } from "../../lib/fake-clock";
import { Search } from "./search";

const at = "2026-01-01T00:00:00Z";

function page(...ids: string[]): ConversationPage {
  const conversations = ids.map((id) => {
    return { id, title: id, createdAt: at, updatedAt: at, pinned: false, snippet: null, messageId: null };
  });
  return { conversations, next: null };
}

let clock: FakeClock;
let ask: ReturnType<typeof vi.fn<(words: string, cursor: string | null) => Promise<ConversationPage>>>;
let search: Search;

beforeEach(() => {
  clock = new FakeClock();
  ask = vi.fn(async (words: string) => page(`about ${words}`));
  search = new Search({ searchConversations: ask }, clock);
});

const asked = () => ask.mock.calls.map(([words]) => words);
const shown = () => search.store.get().hits.map((hit) => hit.id);

describe("searching", () => {
  it("asks once the person has paused, for the words without the space around them", async () => {
    for (const typed of ["o", "ow", " owl", " owl "]) {
      search.write(typed);
      await clock.advance(100);
    }
    expect(asked()).toEqual([]);
    expect(search.store.get()).toMatchObject({ typed: " owl ", phase: "searching" });
    await clock.advance(200);
    expect(asked()).toEqual(["owl"]);
    expect(search.store.get()).toMatchObject({ typed: " owl ", phase: "ready", words: "owl" });
    expect(shown()).toEqual(["about owl"]);
  });

  it("asks at once when the person presses Enter, and not twice", async () => {
    search.write("owl");
    await search.now();
    await clock.advance(1_000);
    await search.now();
    expect(asked()).toEqual(["owl"]);
  });

  it("keeps the hits on show until others come, and drops an answer that comes too late", async () => {
    search.write("owl");
    await search.now();
    let late: (page: ConversationPage) => void = () => undefined;
    ask.mockReturnValueOnce(new Promise((resolve) => (late = resolve)));
    search.write("owls");
    await clock.advance(300);
    expect([shown(), search.store.get().words]).toEqual([["about owl"], "owl"]);
    search.write("owls turn");
    await clock.advance(300);
    late(page("about owls"));
    await settled();
    expect(shown()).toEqual(["about owls turn"]);
  });

  it("is over when the box is empty, whatever is on its way", async () => {
    search.write("owl");
    await clock.advance(100);
    search.clear();
    await clock.advance(1_000);
    expect(asked()).toEqual([]);
    expect(search.store.get()).toEqual({ typed: "", phase: "idle", words: "", hits: [], next: null });
  });

  it("says when it failed, and tries again", async () => {
    ask.mockRejectedValueOnce(new ApiError("Away.", { status: 0, code: "unreachable" }));
    search.write("owl");
    await clock.advance(300);
    expect(search.store.get().phase).toBe("failed");
    await search.now();
    expect(search.store.get().phase).toBe("ready");
  });

  it("goes on to the next page, each hit once", async () => {
    ask.mockResolvedValueOnce({ ...page("a", "b"), next: "2" });
    search.write("owl");
    await clock.advance(300);
    ask.mockResolvedValueOnce(page("b", "c"));
    await search.more();
    expect(ask.mock.lastCall?.slice(0, 2)).toEqual(["owl", "2"]);
    expect(shown()).toEqual(["a", "b", "c"]);
    await search.more();
    expect(ask).toHaveBeenCalledTimes(2);
  });

  it("goes on by itself where a page has no hit, and says so where it stops", async () => {
    ask.mockResolvedValueOnce({ ...page(), next: "2" }).mockResolvedValueOnce({ ...page(), next: "3" });
    ask.mockResolvedValueOnce({ ...page("late"), next: "4" });
    search.write("owl");
    await clock.advance(300);
    expect(ask.mock.calls.map(([, cursor]) => cursor)).toEqual([null, "2", "3"]);
    expect([shown(), search.store.get().next]).toEqual([["late"], "4"]);
    ask.mockResolvedValue({ ...page(), next: "more" });
    await search.more();
    expect(ask).toHaveBeenCalledTimes(3 + 10);
    expect(search.store.get().next).toBe("more");
  });

  it("asks for no more words than the server takes", async () => {
    search.write("a ".repeat(30));
    await search.now();
    expect(asked()).toEqual([Array(20).fill("a").join(" ")]);
  });

  it("follows what is changed and deleted", async () => {
    ask.mockResolvedValueOnce(page("a", "b"));
    search.write("owl");
    await clock.advance(300);
    search.changed("a", { title: "Owls" });
    search.drop("b");
    expect(search.store.get().hits.map((hit) => hit.title)).toEqual(["Owls"]);
  });
});
