import { useState } from "react";
import { exportLink } from "../../../api/api";
import { useStore } from "../../../lib/store";
import { Button } from "../../../ui/Button";
import { Dialog } from "../../../ui/Dialog";
import { Notice } from "../../../ui/Notice";
import type { Library } from "../library";

/** Asks before all of them are deleted: this can't be undone. */
export function DeleteAllDialog({ library, onClose }: { library: Library; onClose: () => void }) {
  const [busy, setBusy] = useState(false);
  const { problem } = useStore(library.store);
  async function removeAll() {
    setBusy(true);
    if (await library.removeAll()) onClose();
    else setBusy(false);
  }
  return (
    <Dialog title="Delete all conversations?" onClose={onClose}>
      <p>
        They are deleted from ashao with every message in them, on all your devices. This can’t be undone.
      </p>
      <p className="dialog-hint">
        Your credits and your account stay. To keep a copy,{" "}
        <a className="link" href={exportLink(null, "json")} download>
          download all first
        </a>
        .
      </p>
      {problem !== null && <Notice tone="error">{problem}</Notice>}
      <div className="dialog-actions">
        <Button onClick={onClose}>Keep them</Button>
        <Button
          look="danger"
          data-testid="confirm-delete-all"
          disabled={busy}
          onClick={() => void removeAll()}
        >
          {busy ? "Deleting…" : "Delete all"}
        </Button>
      </div>
    </Dialog>
  );
}
