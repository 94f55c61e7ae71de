import { type ComponentProps, type KeyboardEvent, type ReactNode, useId, useRef, useState } from "react";
import { IconButton } from "./Button";
import { Icon, type IconName } from "./Icon";
import { isPopoverOpen } from "./popover";

interface MenuProps extends Pick<ComponentProps<typeof IconButton>, "label" | "disabled" | "className"> {
  testId: string;
  children: ReactNode;
}

const EDGE_PX = 8;

/**
 * A button with a menu. The browser's own popover, so a press elsewhere and Escape close it, and nothing clips it; the
 * arrow keys move in it. What it offers is made when it is opened.
 */
export function Menu({ label, disabled, className = "", testId, children }: MenuProps) {
  const id = useId();
  const button = useRef<HTMLButtonElement>(null);
  const [open, setOpen] = useState(false);

  function aboutToShow(menu: HTMLElement, isOpen: boolean) {
    // What has the focus is taken away with the rest, and the browser couldn't give it back any more.
    if (!isOpen && menu.contains(document.activeElement)) button.current?.focus();
    setOpen(isOpen);
  }
  function shown(menu: HTMLElement, isOpen: boolean) {
    setOpen(isOpen);
    menu.dataset.placed = String(isOpen);
    if (!isOpen || button.current === null) return;
    place(menu, button.current);
    itemsOf(menu)[0]?.focus();
  }

  return (
    <>
      <IconButton
        ref={button}
        icon="more"
        label={label}
        className={className}
        data-testid={testId}
        disabled={disabled}
        aria-haspopup="menu"
        popoverTarget={id}
      />
      <div
        id={id}
        className="menu"
        role="menu"
        aria-label={label}
        popover="auto"
        onBeforeToggle={(event) => aboutToShow(event.currentTarget, event.newState === "open")}
        onToggle={(event) => shown(event.currentTarget, event.newState === "open")}
        onKeyDown={moveInMenu}
        onClick={(event) => close(event.currentTarget)}
      >
        {open && children}
      </div>
    </>
  );
}

interface MenuItemProps {
  icon: IconName;
  testId: string;
  children: ReactNode;
  danger?: boolean;
}

export function MenuButton({
  icon,
  testId,
  children,
  danger,
  onClick,
}: MenuItemProps & { onClick: () => void }) {
  return (
    <button
      type="button"
      role="menuitem"
      tabIndex={-1}
      className={danger ? "menu-item menu-item-danger" : "menu-item"}
      data-testid={testId}
      onClick={(event) => {
        // Closed first: what happens next may want the focus that closing gives back.
        close(event.currentTarget.closest<HTMLElement>("[popover]"));
        onClick();
      }}
    >
      <Icon name={icon} /> {children}
    </button>
  );
}

/** Something to download; the server names the file. */
export function MenuDownload({ icon, testId, children, href }: MenuItemProps & { href: string }) {
  return (
    <a role="menuitem" tabIndex={-1} className="menu-item" data-testid={testId} href={href} download>
      <Icon name={icon} /> {children}
    </a>
  );
}

/** Closing one that is closed is an error in some browsers. */
function close(menu: HTMLElement | null): void {
  if (menu !== null && isPopoverOpen(menu)) menu.hidePopover();
}

function itemsOf(menu: HTMLElement): HTMLElement[] {
  return [...menu.querySelectorAll<HTMLElement>("[role=menuitem]")];
}

function moveInMenu(event: KeyboardEvent<HTMLElement>): void {
  const menu = event.currentTarget;
  if (event.key === "Tab") close(menu);
  const to = nextInList(itemsOf(menu), event.key, true);
  if (to === null) return;
  event.preventDefault();
  event.stopPropagation();
  to.focus();
}

/** Where an arrow key, Home or End leads from what has the focus; null for other keys, and beyond the ends. */
export function nextInList(items: readonly HTMLElement[], key: string, around: boolean): HTMLElement | null {
  const focused = document.activeElement;
  const at = focused instanceof HTMLElement ? items.indexOf(focused) : -1;
  const last = items.length - 1;
  switch (key) {
    case "ArrowDown":
      return items[around && at === last ? 0 : at + 1] ?? null;
    case "ArrowUp":
      return items[around && at <= 0 ? last : at - 1] ?? null;
    case "Home":
      return items[0] ?? null;
    case "End":
      return items[last] ?? null;
    default:
      return null;
  }
}

/** Below the button with the ends aligned, above it where there is no room below, and always inside the window. */
function place(menu: HTMLElement, button: HTMLElement): void {
  const at = button.getBoundingClientRect();
  const { width, height } = menu.getBoundingClientRect();
  const below = at.bottom + height + EDGE_PX <= window.innerHeight;
  const top = below ? at.bottom : Math.max(EDGE_PX, at.top - height);
  const left = Math.min(Math.max(EDGE_PX, at.right - width), window.innerWidth - width - EDGE_PX);
  menu.style.top = `${top}px`;
  menu.style.left = `${left}px`;
}
