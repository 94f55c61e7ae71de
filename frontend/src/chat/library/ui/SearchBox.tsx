import { type KeyboardEvent, type Ref, type RefObject, useId } from "react";
import { useStore } from "../../../lib/store";
import { IconButton } from "../../../ui/Button";
import { isComposing } from "../../../ui/composing";
import { Icon } from "../../../ui/Icon";
import { type Search, WORDS_MAX_CHARS } from "../search";
import type { OpenHit } from "./SearchHits";

interface SearchBoxProps {
  search: Search;
  inputRef: Ref<HTMLInputElement>;
  /** Where the arrow key leads. */
  list: RefObject<HTMLElement | null>;
  onOpen: OpenHit;
}

/** Enter opens the first hit, the arrow key leads into the list, Escape empties the box. */
export function SearchBox({ search, inputRef, list, onOpen }: SearchBoxProps) {
  const id = useId();
  const { typed } = useStore(search.store);

  function enter() {
    const { phase, hits } = search.store.get();
    const first = hits[0];
    if (phase === "ready" && first) onOpen(first.id, first.messageId);
    else void search.now();
  }
  function onKeyDown(event: KeyboardEvent) {
    if (isComposing(event.nativeEvent)) return;
    if (event.key === "Enter") enter();
    else if (event.key === "ArrowDown") list.current?.querySelector<HTMLElement>("[data-id]")?.focus();
    else if (event.key === "Escape" && typed !== "") search.clear();
    else return;
    event.preventDefault(); // Escape would close the drawer as well.
  }

  return (
    <search className="search">
      <label className="visually-hidden" htmlFor={id}>
        Search conversations
      </label>
      <Icon name="search" />
      <input
        ref={inputRef}
        id={id}
        type="search"
        data-testid="search"
        placeholder="Search"
        autoComplete="off"
        spellCheck={false}
        maxLength={WORDS_MAX_CHARS}
        value={typed}
        onChange={(event) => search.write(event.target.value)}
        onKeyDown={onKeyDown}
      />
      {typed !== "" && (
        <IconButton
          icon="close"
          label="Clear the search"
          data-testid="clear-search"
          onClick={(event) => {
            event.currentTarget.parentElement?.querySelector("input")?.focus();
            search.clear();
          }}
        />
      )}
    </search>
  );
}
