import { useStore } from "../../../lib/store";
import { Button } from "../../../ui/Button";
import { counted } from "../../../ui/words";
import type { Library } from "../library";
import type { SearchState } from "../search";
import { ConversationItem } from "./ConversationItem";
import { useShown } from "./ConversationList";

interface SearchHitsProps {
  library: Library;
  openId: string | null;
  onOpen: OpenHit;
}

/** Opens a conversation, with a message at the place where that is. */
export type OpenHit = (id: string, messageId: string | null) => void;

/** The conversations that were found, in place of the list. */
export function SearchHits({ library, openId, onOpen }: SearchHitsProps) {
  const { search } = library;
  const state = useStore(search.store);
  const shown = useShown(library, state.hits);
  const said = wordsAbout(state, shown.length);
  return (
    <section className="hits" data-testid="search-hits" aria-busy={state.phase === "searching"}>
      <h2 aria-live="polite" data-testid="search-status">
        {said}
      </h2>
      {state.phase === "failed" && (
        <div className="conversations-note">
          <Button onClick={() => void search.now()}>Try again</Button>
        </div>
      )}
      {state.phase === "ready" && state.next === null && shown.length === 0 && (
        <p className="conversations-note">
          Every word must be in the title, or in one message. Fewer words find more.
        </p>
      )}
      <ul>
        {shown.map((item) => (
          <ConversationItem
            key={item.id}
            library={library}
            item={item}
            open={item.id === openId}
            onOpen={() => onOpen(item.id, item.messageId)}
            words={state.words}
          />
        ))}
      </ul>
      {state.next !== null && state.phase === "ready" && (
        <Button look="quiet" onClick={() => void search.more()}>
          Search on
        </Button>
      )}
    </section>
  );
}

function wordsAbout({ phase, words, next, hits }: SearchState, shown: number): string {
  if (phase === "failed") return "The search didn’t work.";
  if (phase === "searching" && hits.length === 0) return "Searching…";
  if (shown === 0) return `Nothing found ${next === null ? "" : "so far "}for “${words}”`;
  return next === null ? `${counted(shown, "conversation")} found` : `The first ${shown} found`;
}
