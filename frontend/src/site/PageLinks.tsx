import { type MouseEvent, useEffect, useId, useRef, useState } from "react";
import { Icon } from "../ui/Icon";
import { beside, PAGES, type PageId } from "./pages";

interface PageLinksProps {
  page: PageId;
  /** The account page is somebody's. */
  signedIn: boolean;
  keepOpen: boolean;
  onHome: (event: MouseEvent) => void;
}

/** A row of links; on a phone, the name of the page one is on, which opens the list. */
export function PageLinks({ page, signedIn, keepOpen, onHome }: PageLinksProps) {
  const { open, setOpen, ref } = useMenu();
  const listId = useId();
  const current = PAGES.find(({ id }) => id === page)?.name;
  return (
    <nav className="pages" aria-label="Pages" data-open={open} ref={ref}>
      <button
        type="button"
        className="pages-button"
        data-testid="pages-menu"
        aria-expanded={open}
        aria-controls={listId}
        onClick={() => setOpen(!open)}
      >
        <span className="visually-hidden">Pages, now on </span>
        {current}
        <Icon name="chevron" />
      </button>
      <div className="pages-list" id={listId}>
        {PAGES.map(({ id, name, path }) => (
          <a
            key={id}
            href={path}
            data-testid={`nav-${id}`}
            // Its room stays: who is here becomes known when the page has been drawn, and nothing may move then.
            data-kept={id === "account" && !signedIn && page !== "account"}
            aria-current={id === page ? "page" : undefined}
            onClick={(event) => {
              setOpen(false);
              if (id === "chat") onHome(event);
            }}
            {...beside(keepOpen && id !== page)}
          >
            {name}
            {keepOpen && id !== page && <span className="visually-hidden"> (in a new tab)</span>}
          </a>
        ))}
      </div>
    </nav>
  );
}

/** Escape, a press elsewhere, and leaving it with the keyboard close the list. */
function useMenu() {
  const [open, setOpen] = useState(false);
  const ref = useRef<HTMLElement>(null);
  useEffect(() => {
    if (!open) return;
    const away = (event: Event) => {
      if (event.target instanceof Node && !ref.current?.contains(event.target)) setOpen(false);
    };
    const key = (event: KeyboardEvent) => {
      if (event.key !== "Escape") return;
      setOpen(false);
      ref.current?.querySelector("button")?.focus();
    };
    document.addEventListener("pointerdown", away);
    document.addEventListener("focusin", away);
    document.addEventListener("keydown", key);
    return () => {
      document.removeEventListener("pointerdown", away);
      document.removeEventListener("focusin", away);
      document.removeEventListener("keydown", key);
    };
  }, [open]);
  return { open, setOpen, ref };
}
