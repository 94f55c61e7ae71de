import { type KeyboardEvent, type MouseEvent, useRef, useState } from "react";
import type { ConversationSummary } from "../../../api/types";
import { nextInList } from "../../../ui/Menu";
import type { Library } from "../library";
import { fromNearHit } from "../marks";
import { ConversationMenu } from "./ConversationMenu";
import { RenameForm } from "./ConversationRename";
import { SearchMarks } from "./SearchMarks";

interface ConversationItemProps {
  library: Library;
  item: ConversationSummary;
  open: boolean;
  onOpen: (id: string) => void;
  /** What was searched for, marked in the title and in the words around it. */
  words?: string;
}

/** One conversation. F2 and Delete do what its menu does; the arrow keys lead to the next. */
export function ConversationItem({ library, item, open, onOpen, words = "" }: ConversationItemProps) {
  const [renaming, setRenaming] = useState(false);
  const row = useRef<HTMLLIElement>(null);
  const title = item.title === "" ? "Untitled" : item.title;

  function remove() {
    focusBeside(row.current);
    library.remove(item);
  }
  function pin() {
    void library.setPinned(item, !item.pinned);
    focusAgain(item.id);
  }
  function onKeyDown(event: KeyboardEvent) {
    if (event.key === "F2") setRenaming(true);
    else if (event.key === "Delete") remove();
    else return moveInList(event);
    event.preventDefault();
  }

  if (renaming) {
    return (
      <li className="conversation" ref={row}>
        <RenameForm
          title={item.title}
          onDone={(renamed) => {
            setRenaming(false);
            focusAgain(item.id);
            if (renamed !== null) void library.rename(item, renamed);
          }}
        />
      </li>
    );
  }
  return (
    <li className="conversation" data-open={open} ref={row}>
      <a
        className="conversation-link"
        data-testid="conversation-item"
        data-id={item.id}
        href={item.messageId === null ? `/c/${item.id}` : `/c/${item.id}#${item.messageId}`}
        title={title}
        aria-current={open ? "page" : undefined}
        onKeyDown={onKeyDown}
        onClick={(event) => openHere(event, () => onOpen(item.id))}
      >
        <span className="conversation-title" dir="auto">
          <SearchMarks text={title} words={words} />
        </span>
        {item.snippet !== null && (
          <span className="conversation-snippet" dir="auto" data-testid="snippet">
            <SearchMarks text={fromNearHit(item.snippet, words)} words={words} />
          </span>
        )}
      </a>
      <ConversationMenu
        item={item}
        title={title}
        onRename={() => setRenaming(true)}
        onPin={pin}
        onDelete={remove}
      />
    </li>
  );
}

function openHere(event: MouseEvent, open: () => void): void {
  if (event.metaKey || event.ctrlKey || event.shiftKey) return; // A new tab is the browser's job.
  event.preventDefault();
  open();
}

function linksBeside(element: Element | null): HTMLElement[] {
  return [...(element?.closest("nav")?.querySelectorAll<HTMLElement>("[data-id]") ?? [])];
}

function moveInList(event: KeyboardEvent): void {
  if (event.altKey || event.ctrlKey || event.metaKey) return;
  const to = nextInList(linksBeside(event.currentTarget), event.key, false);
  if (to === null) return;
  event.preventDefault();
  event.stopPropagation();
  to.focus();
}

/** What has the focus goes away: the one below has it then, or the one above. */
function focusBeside(row: HTMLElement | null): void {
  const links = linksBeside(row);
  const at = links.findIndex((link) => row?.contains(link));
  (links[at + 1] ?? links[at - 1])?.focus();
}

/** It is drawn anew, maybe elsewhere in the list: who uses the keyboard goes on from there. */
export function focusAgain(id: string): void {
  requestAnimationFrame(() => {
    document.querySelector<HTMLElement>(`[data-id="${CSS.escape(id)}"]`)?.focus();
  });
}
