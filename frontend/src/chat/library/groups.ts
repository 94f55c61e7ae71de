/** Conversations by when they were last written to. Pure: no clock, no page. */
import type { ConversationSummary } from "../../api/types";

export interface Group {
  label: string;
  items: ConversationSummary[];
}

/** Groups summaries, the newest first, as a calendar would: the pinned ones, then days, then months. */
export function groupByAge(items: readonly ConversationSummary[], now: Date): Group[] {
  const groups = new Map<string, Group>();
  const ordered = [...items.filter((item) => item.pinned), ...items.filter((item) => !item.pinned)];
  for (const item of ordered) {
    const label = item.pinned ? "Pinned" : ageOf(new Date(item.updatedAt), now);
    const group = groups.get(label);
    if (group) group.items.push(item);
    else groups.set(label, { label, items: [item] });
  }
  return [...groups.values()];
}

/** Days are the calendar's, not 24 hours: twice a year a day has another length. */
function ageOf(date: Date, now: Date): string {
  const daysAgo = (days: number) => new Date(now.getFullYear(), now.getMonth(), now.getDate() - days);
  if (date >= daysAgo(0)) return "Today";
  if (date >= daysAgo(1)) return "Yesterday";
  if (date >= daysAgo(7)) return "Previous 7 days";
  if (date >= daysAgo(30)) return "Previous 30 days";
  const month = date.toLocaleDateString("en", { month: "long" });
  return date.getFullYear() === now.getFullYear() ? month : `${month} ${date.getFullYear()}`;
}
