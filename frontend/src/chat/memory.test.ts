import { expect, it } from "vitest";
import { MemoryStorage } from "../lib/storage";
import { ChatMemory } from "./memory";

it("keeps a draft for each conversation, the latest twenty", () => {
  const memory = new ChatMemory(new MemoryStorage(), new MemoryStorage());
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
  storage.setItem("ashao.tier", '"gold"');
  const memory = new ChatMemory(storage, storage);
  expect(memory.draft(null)).toBe("");
  expect(memory.tier()).toBeNull();
});
