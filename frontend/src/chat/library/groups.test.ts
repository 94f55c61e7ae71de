import { describe, expect, it } from "vitest";
import type { ConversationSummary } from "../../api/types";
import { groupByAge } from "./groups";

const now = new Date(2026, 10, 21, 14, 30); // The 21st of November, as the person's calendar has it.

function last(updatedAt: Date, pinned = false): ConversationSummary {
  const at = updatedAt.toISOString();
  return { id: at, title: "Hi", createdAt: at, updatedAt: at, pinned, snippet: null, messageId: null };
}

function labels(...items: ConversationSummary[]): string[] {
  return groupByAge(items, now).map((group) => group.label);
}

describe("groups of conversations", () => {
  it.each([
    [new Date(2026, 10, 21, 14, 29), "Today"],
    [new Date(2026, 10, 21, 0, 0), "Today"],
    [new Date(2026, 10, 20, 23, 59), "Yesterday"],
    [new Date(2026, 10, 20, 0, 0), "Yesterday"],
    [new Date(2026, 10, 19, 23, 59), "Previous 7 days"],
    [new Date(2026, 10, 14, 0, 0), "Previous 7 days"],
    [new Date(2026, 10, 13, 23, 59), "Previous 30 days"],
    [new Date(2026, 9, 22, 0, 0), "Previous 30 days"],
    [new Date(2026, 9, 21, 23, 59), "October"],
    [new Date(2026, 0, 1), "January"],
    [new Date(2025, 11, 31), "December 2025"],
  ])("puts %s under “%s”", (date, label) => {
    expect(labels(last(date))).toEqual([label]);
  });

  it("has the pinned ones first, however old, and no group that is empty", () => {
    const old = last(new Date(2024, 0, 1), true);
    expect(labels(last(now), last(new Date(2026, 8, 1)), old)).toEqual(["Pinned", "Today", "September"]);
    expect(groupByAge([last(now), old], now)[0]?.items).toEqual([old]);
    expect(labels()).toEqual([]);
  });

  it("keeps the order it was given, also for a clock that is ahead", () => {
    const ahead = last(new Date(2026, 10, 22));
    const [today] = groupByAge([ahead, last(now)], now);
    expect(today?.items.map((item) => item.id)).toEqual([ahead.id, now.toISOString()]);
  });
});
