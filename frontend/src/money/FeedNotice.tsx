import type { Feed } from "../api/feed";
import { useStore } from "../lib/store";
import { Button } from "../ui/Button";
import { Notice } from "../ui/Notice";

interface FeedNoticeProps<T> {
  feed: Feed<T>;
  /** "Your balance", at the beginning of a sentence. */
  what: string;
}

/** That figures could not be loaded, or are no longer up to date. Nothing while all is well. */
export function FeedNotice<T>({ feed, what }: FeedNoticeProps<T>) {
  const state = useStore(feed.store);
  const again = <Button onClick={() => void feed.refresh()}>Try again</Button>;
  if (state.phase === "failed") {
    return (
      <Notice tone="error" actions={again}>
        {what} couldn’t be loaded. {state.message}
      </Notice>
    );
  }
  if (state.phase !== "ready" || !state.stale) return null;
  return (
    <Notice tone="note" actions={again}>
      {what} may be out of date: ashao can’t be reached.
    </Notice>
  );
}
