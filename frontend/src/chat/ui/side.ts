import { useState } from "react";
import { boolean } from "../../lib/decode";
import { readStored, safeStorage, writeStored } from "../../lib/storage";
import { useMedia } from "../../ui/media";

/** Kept in this browser: the conversations are not shown beside the chat. */
const HIDDEN = "ashao.side-hidden";

export interface Side {
  /** There is room for the conversations beside the chat. */
  wide: boolean;
  /** They are shown there. */
  beside: boolean;
  /** Shows or hides them, or the drawer that they are in. */
  toggle: () => void;
}

export function useSide(toggleDrawer: () => void): Side {
  const wide = useMedia("(min-width: 60rem)");
  const [hidden, hide] = useState(() => readStored(safeStorage("localStorage"), HIDDEN, boolean) === true);
  function toggle() {
    if (!wide) {
      toggleDrawer();
      return;
    }
    writeStored(safeStorage("localStorage"), HIDDEN, hidden ? null : true);
    hide(!hidden);
  }
  return { wide, beside: wide && !hidden, toggle };
}
