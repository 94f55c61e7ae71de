/** The chat page's keys: which there are, what each does, and which of them a press of a key means. */

export type ShortcutAction =
  | "new-chat"
  | "search"
  | "write"
  | "stop"
  | "copy-answer"
  | "conversations"
  | "help";

interface Combination {
  /** As `KeyboardEvent.key` has it; letters small. */
  key: string;
  /** With Ctrl; with ⌘ on Apple's machines. */
  mod?: true;
  shift?: true;
}

interface Shortcut {
  action: ShortcutAction;
  words: string;
  combinations: readonly Combination[];
}

/** What is listed and works everywhere on the page. Chosen so that no browser keeps one of them for itself. */
export const SHORTCUTS: readonly Shortcut[] = [
  { action: "new-chat", words: "New chat", combinations: [{ key: "o", mod: true, shift: true }] },
  { action: "search", words: "Search conversations", combinations: [{ key: "k", mod: true }] },
  { action: "conversations", words: "Show or hide conversations", combinations: [{ key: "b", mod: true }] },
  {
    action: "write",
    words: "Write a message",
    combinations: [{ key: "/" }, { key: "Escape", shift: true }],
  },
  { action: "stop", words: "Stop the answer", combinations: [{ key: "Escape" }] },
  {
    action: "copy-answer",
    words: "Copy the last answer",
    combinations: [{ key: "y", mod: true, shift: true }],
  },
  { action: "help", words: "This list", combinations: [{ key: "?" }, { key: "/", mod: true }] },
];

export interface Listed {
  words: string;
  combinations: readonly Combination[];
}

/** What some places of the page do by themselves, for the list. */
export const ELSEWHERE: readonly { place: string; keys: readonly Listed[] }[] = [
  {
    place: "While writing",
    keys: [
      { words: "Send", combinations: [{ key: "Enter" }] },
      { words: "Edit your last message, in the empty box", combinations: [{ key: "ArrowUp" }] },
      { words: "New line", combinations: [{ key: "Enter", shift: true }] },
    ],
  },
  {
    place: "In the list of conversations",
    keys: [
      { words: "Next, previous", combinations: [{ key: "ArrowDown" }, { key: "ArrowUp" }] },
      { words: "Rename", combinations: [{ key: "F2" }] },
      { words: "Delete", combinations: [{ key: "Delete" }] },
    ],
  },
];

export type KeyPress = Pick<
  KeyboardEvent,
  "key" | "code" | "ctrlKey" | "metaKey" | "altKey" | "shiftKey" | "repeat" | "isComposing"
>;

/** Where a key was pressed. */
export interface KeyPlace {
  apple: boolean;
  /** In the box one writes messages in, in another field, or in none. */
  typing: "message" | "field" | null;
  /** What is open over the page. */
  over: "drawer" | "other" | null;
  /** Keys without Ctrl are wanted: who speaks to the machine, or hits keys by accident, can switch them off. */
  singleKeys: boolean;
}

/** What that press asks for; null where it is nothing of ours, or would disturb what one is doing. */
export function shortcutFor(press: KeyPress, place: KeyPlace): ShortcutAction | null {
  if (press.isComposing || press.repeat || press.altKey) return null;
  const found = SHORTCUTS.find(({ combinations }) =>
    combinations.some((one) => matches(one, press, place.apple) && mayFire(one, place)),
  );
  if (found === undefined || !reaches(found.action, place.over)) return null;
  return found.action;
}

function matches(wanted: Combination, press: KeyPress, apple: boolean): boolean {
  const mod = apple ? press.metaKey : press.ctrlKey;
  const other = apple ? press.ctrlKey : press.metaKey;
  if (other || mod !== Boolean(wanted.mod) || letterOf(press) !== wanted.key) return false;
  // Which of the signs need Shift depends on the keyboard.
  return isSign(wanted) || press.shiftKey === Boolean(wanted.shift);
}

/** Cyrillic, Greek and other keyboards have our letters on the same keys. */
function letterOf({ key, code }: KeyPress): string {
  if (key.length !== 1 || /[!-~]/.test(key)) return key.length === 1 ? key.toLowerCase() : key;
  return /^Key[A-Z]$/.test(code) ? code.slice(3).toLowerCase() : key;
}

function isSign({ key }: Combination): boolean {
  return key === "/" || key === "?";
}

function mayFire(wanted: Combination, { typing, singleKeys }: KeyPlace): boolean {
  if (wanted.mod) return true;
  if (isSign(wanted)) return typing === null && singleKeys;
  // Escape means something of its own in other fields.
  return wanted.shift === true || typing !== "field";
}

/** A dialog is answered first; the drawer is a part of the page. */
function reaches(action: ShortcutAction, over: KeyPlace["over"]): boolean {
  switch (over) {
    case null:
      return true;
    case "drawer":
      return action === "search" || action === "new-chat" || action === "conversations";
    case "other":
      return false;
  }
}

export function isApple(platform: string): boolean {
  return /^(Mac|iPhone|iPad|iPod)/.test(platform);
}

const NAMES: Readonly<Record<string, string>> = {
  Escape: "Esc",
  ArrowDown: "↓",
  ArrowUp: "↑",
  Delete: "Del",
};
const APPLE_NAMES: Readonly<Record<string, string>> = { ...NAMES, Enter: "Return", Delete: "⌦" };

/** The words on the keys, in the order in which they are pressed. */
export function keysOf({ key, mod, shift }: Combination, apple: boolean): string[] {
  const names = apple ? APPLE_NAMES : NAMES;
  return [
    ...(shift && apple ? ["⇧"] : []),
    ...(mod ? [apple ? "⌘" : "Ctrl"] : []),
    ...(shift && !apple ? ["Shift"] : []),
    names[key] ?? key.toUpperCase().replace(/^ENTER$/, "Enter"),
  ];
}

/** As a screen reader says it. */
export function spokenKeys(combination: Combination, apple: boolean): string {
  const spoken: Readonly<Record<string, string>> = {
    "⌘": "Command",
    "⇧": "Shift",
    "⌦": "Forward delete",
    "↓": "Arrow down",
    "↑": "Arrow up",
    "/": "Slash",
    "?": "Question mark",
  };
  return keysOf(combination, apple)
    .map((key) => spoken[key] ?? key)
    .join(" + ");
}
