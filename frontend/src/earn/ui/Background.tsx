import { IconButton } from "../../ui/Button";
import { counted } from "../../ui/words";
import type { BackgroundNote } from "../background";
import { duration, speed } from "../format";

/** The tab is in sight again: how it went on while it wasn't. */
export function Background({ note, onDismiss }: { note: BackgroundNote; onDismiss: () => void }) {
  return (
    <div className="notice" role="status" data-testid="background-note">
      <p>
        This tab was hidden for {duration(note.seconds)} and gave {counted(note.jobs, "answer")}
        {speedsText(note)}.
      </p>
      <IconButton icon="close" label="Close" data-testid="dismiss-background" onClick={onDismiss} />
    </div>
  );
}

function speedsText({ tokensPerSecondHidden: hidden, tokensPerSecondShown: shown }: BackgroundNote): string {
  if (hidden === null) return "";
  const compared = shown === null ? "" : `; in sight it makes ${speed(shown)}`;
  return `, at ${speed(hidden)} tokens a second${compared}`;
}
