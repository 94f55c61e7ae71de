import { Fragment, type RefObject, useEffect, useId, useRef, useState } from "react";
import { boolean } from "../../lib/decode";
import { readStored, safeStorage, writeStored } from "../../lib/storage";
import { isComposing } from "../../ui/composing";
import { Dialog } from "../../ui/Dialog";
import { isPopoverOpen } from "../../ui/popover";
import {
  ELSEWHERE,
  isApple,
  type KeyPlace,
  keysOf,
  type Listed,
  SHORTCUTS,
  type ShortcutAction,
  shortcutFor,
  spokenKeys,
} from "./shortcuts";

/** Kept in this browser: somebody doesn't want keys without Ctrl. */
const OFF = "ashao.single-keys-off";

export type ShortcutActions = Readonly<Record<ShortcutAction, () => void>>;

/** Listens for the page's keys, and has done what they mean. */
export function useShortcuts(actions: ShortcutActions, input: RefObject<HTMLTextAreaElement | null>): void {
  const current = useRef(actions);
  current.current = actions;
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      if (event.defaultPrevented || isComposing(event)) return;
      const action = shortcutFor(event, placeOf(event, input.current));
      if (action === null) return;
      // Escape closes what the browser opened, too, and that comes first.
      if (action === "stop" && (isPopoverOpen() || document.querySelector(".pages[data-open=true]"))) return;
      if (action !== "stop") event.preventDefault();
      current.current[action]();
    };
    document.addEventListener("keydown", pressed);
    return () => document.removeEventListener("keydown", pressed);
  }, [input]);
}

function placeOf({ target }: KeyboardEvent, input: HTMLTextAreaElement | null): KeyPlace {
  return {
    apple: isApple(navigator.platform),
    typing: typingIn(target, input),
    over: overPage(),
    singleKeys: singleKeysWanted(),
  };
}

function typingIn(target: EventTarget | null, input: HTMLTextAreaElement | null): KeyPlace["typing"] {
  if (!(target instanceof HTMLElement)) return null;
  if (target === input) return "message";
  const field = target.closest("textarea, select, input:not([type=radio], [type=checkbox])");
  return field !== null || target.isContentEditable ? "field" : null;
}

function overPage(): KeyPlace["over"] {
  const open = [...document.querySelectorAll("dialog[open]")];
  if (open.length === 0) return null;
  return open.every((dialog) => dialog.matches(".dialog-side")) ? "drawer" : "other";
}

function singleKeysWanted(): boolean {
  return readStored(safeStorage("localStorage"), OFF, boolean) !== true;
}

/** All keys in one list, as they are named on this machine. */
export function ShortcutsDialog({ onClose }: { onClose: () => void }) {
  const apple = isApple(navigator.platform);
  return (
    <Dialog title="Keyboard shortcuts" kind="wide" onClose={onClose}>
      <div className="shortcuts" data-testid="shortcuts">
        <KeyList place="Everywhere" keys={SHORTCUTS} apple={apple} />
        <div className="shortcuts-rest">
          {ELSEWHERE.map(({ place, keys }) => (
            <KeyList key={place} place={place} keys={keys} apple={apple} />
          ))}
        </div>
      </div>
      <SingleKeys />
    </Dialog>
  );
}

function KeyList({ place, keys, apple }: { place: string; keys: readonly Listed[]; apple: boolean }) {
  const id = useId();
  return (
    <section aria-labelledby={id}>
      <h3 id={id}>{place}</h3>
      <dl>
        {keys.map(({ words, combinations }) => (
          <div key={words}>
            <dt>{words}</dt>
            <dd>
              <span className="visually-hidden">
                {combinations.map((one) => spokenKeys(one, apple)).join(", or ")}
              </span>
              <span aria-hidden="true">
                {combinations.map((one, index) => (
                  <Fragment key={one.key}>
                    {index > 0 && " "}
                    <Combination keys={keysOf(one, apple)} />
                  </Fragment>
                ))}
              </span>
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function Combination({ keys }: { keys: readonly string[] }) {
  return (
    <span className="keys">
      {keys.map((key) => (
        <kbd key={key}>{key}</kbd>
      ))}
    </span>
  );
}

/** Who speaks to the machine, or hits keys by accident, doesn't want them. */
function SingleKeys() {
  const [wanted, want] = useState(singleKeysWanted);
  return (
    <label className="choice">
      <input
        type="checkbox"
        data-testid="single-keys"
        checked={wanted}
        onChange={(event) => {
          writeStored(safeStorage("localStorage"), OFF, event.target.checked ? null : true);
          want(event.target.checked);
        }}
      />
      <span>
        Keys alone, such as <kbd aria-label="slash">/</kbd> and <kbd aria-label="question mark">?</kbd>, work
        while you aren’t typing
      </span>
    </label>
  );
}
