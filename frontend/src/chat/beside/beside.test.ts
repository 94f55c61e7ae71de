import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { ApiError } from "../../api/request";
import { MemoryStorage } from "../../lib/storage";
import { ChatMemory } from "../conversation/memory";
import { Deletions } from "../library/deletions";
import { joinTabs, type TabNews } from "../tabs";
import { BesideChat } from "./beside";

let lasting: MemoryStorage;
let tab: MemoryStorage;
let heard: TabNews[];
let other: ReturnType<typeof joinTabs>;
const deleteConversation = vi.fn(async () => undefined);
const sleeping = { sleep: () => new Promise<void>(() => undefined) };

beforeEach(() => {
  lasting = new MemoryStorage();
  tab = new MemoryStorage();
  const own: TabNews[] = []; // Channels of the tests before this one are still open.
  heard = own;
  other = joinTabs((news) => own.push(news));
});
afterEach(() => vi.clearAllMocks());

function beside(changed: () => void = () => undefined): BesideChat {
  const deps = { api: { deleteConversation }, lasting, tab, clock: sleeping, now: () => 0 };
  return new BesideChat(deps, changed);
}

it("leaves nothing of what was typed for whoever is here next, and tells the chat's tabs", async () => {
  const memory = new ChatMemory(lasting, tab, () => "copy");
  memory.keepDraft(null, "Mine");
  memory.keepWrote();
  beside().signedOut();
  expect(memory.draft(null)).toBe("");
  expect(memory.wrote()).toBe(false);
  await vi.waitFor(() => expect(heard).toEqual([{ type: "signed-out" }]));
});

it("has deleted for good what was deleted a moment ago, or couldn't be yet, before they go", async () => {
  const deps = { storage: lasting, clock: sleeping, now: () => 0, tab: "chat" };
  const nothing = { remove: async () => undefined, late: () => undefined, ended: () => undefined };
  new Deletions({ ...deps, ...nothing }).begin("conv_1", "Secret");
  await beside().signingOut();
  expect(deleteConversation).toHaveBeenCalledWith("conv_1", { keepalive: false });
  expect(lasting.getItem("ashao.deleting")).toBeNull();

  new Deletions({ ...deps, ...nothing }).begin("conv_2", "Secret");
  deleteConversation.mockRejectedValueOnce(new ApiError("No.", { status: 0, code: "unreachable" }));
  await beside().signingOut();
  expect(lasting.getItem("ashao.deleting")).toBeNull();
});

it("tells and hears who came, and of nothing else", async () => {
  const changed = vi.fn();
  beside(changed).signedIn();
  await vi.waitFor(() => expect(heard).toEqual([{ type: "signed-in" }]));
  expect(changed).not.toHaveBeenCalled();
  other.tell({ type: "conversation", id: "conv_1" });
  other.tell({ type: "signed-in" });
  await vi.waitFor(() => expect(changed).toHaveBeenCalledTimes(1));
});
