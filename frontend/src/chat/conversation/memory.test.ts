import { expect, it } from "vitest";
import { MemoryStorage } from "../../lib/storage";
import { ChatMemory } from "./memory";

let named = 0;
const newName = () => {
  named += 1;
  return `copy_${named}`;
};

/** One browser: its lasting storage, and as many tabs as are opened. */
function browser() {
  const lasting = new MemoryStorage();
  const tab = (own = new MemoryStorage()) => ({
    memory: new ChatMemory(lasting, own, newName),
    reloaded: () => new ChatMemory(lasting, own, newName),
  });
  return { lasting, tab };
}

it("keeps a draft for each conversation, the latest twenty", () => {
  const { memory } = browser().tab();
  memory.keepDraft(null, "new");
  for (let i = 0; i < 20; i += 1) memory.keepDraft(`conv_${i}`, `text ${i}`);
  expect(memory.draft("conv_19")).toBe("text 19");
  expect(memory.draft("conv_0")).toBe("text 0");
  expect(memory.draft(null)).toBe("");
  memory.keepDraft("conv_19", "");
  expect(memory.draft("conv_19")).toBe("");
});

it("reads nothing from what it didn't write", () => {
  const storage = new MemoryStorage();
  storage.setItem("ashao.drafts", "{broken");
  storage.setItem("ashao.edits", "[1]");
  storage.setItem("ashao.tier", '"gold"');
  const memory = new ChatMemory(storage, storage, newName);
  expect(memory.draft(null)).toBe("");
  expect(memory.edit("conv_1")).toBeNull();
  expect(memory.tier()).toBeNull();
});

it("finds the drafts of an earlier version of the page", () => {
  const { lasting, tab } = browser();
  lasting.setItem("ashao.drafts", JSON.stringify([{ conversationId: "conv_1", text: "old" }]));
  const { memory } = tab();
  expect(memory.draft("conv_1")).toBe("old");
  memory.keepDraft("conv_1", "");
  expect(tab().memory.draft("conv_1")).toBe("");
});

it("gives what a closed tab left to the next, once", () => {
  const { tab } = browser();
  tab().memory.keepDraft("conv_1", "left");
  const next = tab();
  expect(next.memory.draft("conv_1")).toBe("left");
  next.memory.keepDraft("conv_1", "");
  expect(tab().memory.draft("conv_1")).toBe("");
});

it("never loses in one tab what is typed in another", () => {
  const { tab } = browser();
  const [one, other] = [tab(), tab()];
  one.memory.keepDraft("conv_1", "one");
  other.memory.keepDraft("conv_1", "other");
  one.memory.keepDraft("conv_1", "one more");
  expect(other.reloaded().draft("conv_1")).toBe("other");
  expect(one.reloaded().draft("conv_1")).toBe("one more");

  other.memory.keepDraft("conv_1", ""); // it was sent
  expect(one.reloaded().draft("conv_1")).toBe("one more");
});

it("leaves what was typed in two tabs that were closed, the last first", () => {
  const { tab } = browser();
  const [one, other] = [tab(), tab()];
  one.memory.keepDraft("conv_1", "one");
  other.memory.keepDraft("conv_1", "other");
  const next = tab();
  expect(next.memory.draft("conv_1")).toBe("other");
  next.memory.keepDraft("conv_1", ""); // it was sent
  expect(next.memory.draft("conv_1")).toBe("one");
});

it("leaves what it has once more when another tab had taken it over and sent it", () => {
  const { tab } = browser();
  const [one, other] = [tab(), tab()];
  one.memory.keepDraft(null, "mine");
  expect(other.memory.draft(null)).toBe("mine");
  other.memory.keepDraft(null, "");
  one.memory.leave();
  expect(tab().memory.draft(null)).toBe("mine");
});

it("forgets the drafts of a conversation that is gone, whoever typed them", () => {
  const { tab } = browser();
  const [one, other] = [tab(), tab()];
  one.memory.keepDraft("conv_1", "one");
  other.memory.keepDraft("conv_1", "other");
  other.memory.keepDraft(null, "new");
  other.memory.forgetDrafts("conv_1");
  expect(tab().memory.draft("conv_1")).toBe("");
  other.memory.forgetDrafts(null);
  expect(other.memory.draft(null)).toBe("new");
});

it("keeps the question that was being worded anew for a reload of its tab", () => {
  const { tab } = browser();
  const one = tab();
  one.memory.keepEdit("conv_1", { messageId: "msg_1", text: "in new w" });
  expect(one.reloaded().edit("conv_1")).toMatchObject({ messageId: "msg_1", text: "in new w" });
  expect(tab().memory.edit("conv_1")).toBeNull();
  one.memory.clear();
  expect(one.reloaded().edit("conv_1")).toBeNull();
});

it("isn't for another person than the one who was here, in each tab; what a guest typed is", () => {
  const { tab } = browser();
  const [one, other] = [tab(), tab()];
  one.memory.keepDraft(null, "a guest's");
  expect(one.memory.takeFor("usr_alice")).toBe(true);
  expect(one.reloaded().takeFor("usr_alice")).toBe(true);
  expect(other.memory.takeFor("usr_alice")).toBe(true);
  for (const { memory } of [one, other]) {
    expect(memory.takeFor("usr_bob")).toBe(false);
    memory.clear();
    expect(memory.takeFor("usr_bob")).toBe(true);
  }
  expect(tab().memory.takeFor("usr_bob")).toBe(true);
  one.memory.clear(); // Signed out.
  expect(tab().memory.takeFor("usr_charlie")).toBe(true);
});
