import { useState } from "react";
import { Button } from "../../ui/Button";
import { focusOnAppearing } from "../../ui/focus";
import { bytes } from "../format";

interface FreeDiskProps {
  disk: ReadonlyMap<string, number> | null;
  onFree: () => Promise<void>;
}

/** What the models take on this disk, and the way to have it back. */
export function FreeDisk({ disk, onFree }: FreeDiskProps) {
  const [step, setStep] = useState<"idle" | "asking" | "freeing">("idle");
  const [failed, setFailed] = useState(false);
  const total = [...(disk?.values() ?? [])].reduce((sum, size) => sum + size, 0);
  if (total === 0) return null;

  async function free() {
    setStep("freeing");
    setFailed(false);
    await onFree().catch(() => setFailed(true));
    setStep("idle");
  }

  if (step === "idle") {
    return (
      <p className="disk">
        {failed ? "That didn’t work." : `Models take ${bytes(total)} on this disk.`}
        <Button look="quiet" data-testid="free-disk" onClick={() => setStep("asking")}>
          Free the disk
        </Button>
      </p>
    );
  }
  return (
    <p className="disk">
      Remove all models, {bytes(total)}? The next start downloads again.
      <span className="controls">
        <Button
          ref={focusOnAppearing}
          look="danger"
          data-testid="confirm-free-disk"
          disabled={step === "freeing"}
          onClick={() => void free()}
        >
          Free {bytes(total)}
        </Button>
        <Button look="quiet" data-testid="keep-disk" onClick={() => setStep("idle")}>
          Keep
        </Button>
      </span>
    </p>
  );
}
