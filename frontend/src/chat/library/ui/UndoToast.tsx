import { useEffect } from "react";
import { useStore } from "../../../lib/store";
import { Button } from "../../../ui/Button";
import type { Library } from "../library";
import { focusAgain } from "./ConversationItem";

/** Offers to bring back what was deleted a moment ago. The time stands still while somebody is at it. */
export function UndoToast({ library }: { library: Library }) {
  const { deletions } = library;
  const waiting = useStore(deletions.store).filter((one) => one.state === "waiting");
  const first = waiting[0];
  if (first === undefined) return null;
  return (
    <section
      className="undo"
      aria-label="Deleted just now"
      data-testid="undo-toast"
      // Moved over it: where the pointer happens to rest when this appears means nothing.
      onPointerMove={(event) => event.pointerType === "mouse" && deletions.hold(true)}
      onPointerLeave={(event) => event.pointerType === "mouse" && deletions.hold(false)}
      onFocus={() => deletions.hold(true)}
      onBlur={() => deletions.hold(false)}
    >
      <ReleaseAtEnd library={library} />
      <p>
        {waiting.length === 1 ? (
          <>
            <span className="undo-title" dir="auto">
              {first.title}
            </span>{" "}
            <span>was deleted</span>
          </>
        ) : (
          `${waiting.length} conversations were deleted`
        )}
      </p>
      <Button
        data-testid="undo"
        onClick={() => {
          const id = library.undo();
          if (id !== null) focusAgain(id);
        }}
      >
        Undo
      </Button>
    </section>
  );
}

/** A drawer that closes under the pointer must not hold the time for a minute. */
function ReleaseAtEnd({ library }: { library: Library }) {
  useEffect(() => () => library.deletions.hold(false), [library]);
  return null;
}
