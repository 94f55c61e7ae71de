import { useEffect, useState } from "react";
import type { ConversationSummary } from "../../../api/types";
import { useStore } from "../../../lib/store";
import { Button } from "../../../ui/Button";
import { groupByAge } from "../groups";
import type { Library } from "../library";
import { ConversationItem } from "./ConversationItem";

export interface ListProps {
  library: Library;
  openId: string | null;
  onOpen: (id: string) => void;
}

/** All conversations, grouped by when they were last written to. */
export function ConversationList({ library, openId, onOpen }: ListProps) {
  const { phase, items, next } = useStore(library.history.store);
  const shown = useShown(library, items);
  const today = useToday();
  if (items.length === 0) return <NoList phase={phase} onReload={() => void library.history.refresh()} />;
  return (
    <>
      {groupByAge(shown, today).map((group) => (
        <section key={group.label} data-testid="conversation-group">
          <h2>{group.label}</h2>
          <ul>
            {group.items.map((item) => (
              <ConversationItem
                key={item.id}
                library={library}
                item={item}
                open={item.id === openId}
                onOpen={onOpen}
              />
            ))}
          </ul>
        </section>
      ))}
      {shown.length === 0 && next === null && <EmptyList />}
      {next !== null && (
        <Button look="quiet" data-testid="more-conversations" onClick={() => void library.history.more()}>
          Show more
        </Button>
      )}
    </>
  );
}

/** Without those that are being deleted. */
export function useShown(library: Library, items: readonly ConversationSummary[]): ConversationSummary[] {
  const deleting = useStore(library.deletions.store);
  return items.filter((item) => !deleting.some(({ id }) => id === item.id));
}

/** The time, told again when the day is over: then “Today” is another. */
function useToday(): Date {
  const [now, setNow] = useState(() => new Date());
  useEffect(() => {
    const midnight = new Date(now.getFullYear(), now.getMonth(), now.getDate() + 1);
    const timer = setTimeout(() => setNow(new Date()), midnight.getTime() - now.getTime() + 1_000);
    return () => clearTimeout(timer);
  }, [now]);
  return now;
}

function NoList({ phase, onReload }: { phase: "loading" | "ready" | "failed"; onReload: () => void }) {
  switch (phase) {
    case "loading":
      return (
        <div className="conversations-loading">
          <span className="visually-hidden">Loading your conversations…</span>
        </div>
      );
    case "failed":
      return (
        <div className="conversations-note">
          <p>Your conversations couldn’t be loaded.</p>
          <Button onClick={onReload}>Try again</Button>
        </div>
      );
    default:
      return <EmptyList />;
  }
}

function EmptyList() {
  return <p className="conversations-note">Your conversations will be listed here.</p>;
}
