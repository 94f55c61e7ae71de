/**
 * What the open tabs of one browser tell each other, so that they agree. A browser that can't carry it loses nothing
 * else: a tab reads the truth again when somebody comes back to it.
 */
import { type Decoded, object, string, variants } from "../lib/decode";

const CHANNEL = "ashao.tabs";

/** What another tab did. Nothing of what was written is in it. */
const news = variants({
  /** Something was sent, asked for again, stopped, or another path was chosen. */
  conversation: object({ id: string }),
  "signed-in": object({}),
  "signed-out": object({}),
});
export type TabNews = Decoded<typeof news>;

export interface Tabs {
  tell(news: TabNews): void;
}

/** Joins the other tabs. What this tab tells doesn't come back to it. */
export function joinTabs(heard: (news: TabNews) => void): Tabs {
  if (typeof BroadcastChannel === "undefined") return { tell: () => undefined };
  const channel = new BroadcastChannel(CHANNEL);
  channel.addEventListener("message", (event: MessageEvent<unknown>) => {
    const told = understood(event.data);
    if (told !== null) heard(told);
  });
  return { tell: (told) => channel.postMessage(told) };
}

function understood(data: unknown): TabNews | null {
  try {
    return news(data, "news");
  } catch {
    return null; // A tab with another version of the page.
  }
}
