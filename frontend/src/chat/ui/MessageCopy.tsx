import { useEffect, useState } from "react";
import { Button } from "../../ui/Button";
import { Icon } from "../../ui/Icon";

interface CopyButtonProps {
  text: string;
  label: string;
  testId: string;
}

const SAID_MS = 2_000;

/** Copies, and says for a moment whether it did. */
export function CopyButton({ text, label, testId }: CopyButtonProps) {
  const [said, say] = useState<"" | "Copied" | "Couldn’t copy">("");
  useEffect(() => {
    if (said === "") return;
    const timer = setTimeout(() => say(""), SAID_MS);
    return () => clearTimeout(timer);
  }, [said]);
  return (
    <Button
      look="quiet"
      className="copy-button"
      data-testid={testId}
      aria-label={label}
      title={label}
      onClick={() => void copy(text).then((done) => say(done ? "Copied" : "Couldn’t copy"))}
    >
      <Icon name={said === "Copied" ? "check" : "copy"} />
      <span className="copy-said" role="status">
        {said}
      </span>
    </Button>
  );
}

async function copy(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyBySelection(text); // A development server on a LAN has no clipboard to write to.
  }
}

function copyBySelection(text: string): boolean {
  const box = document.createElement("textarea");
  box.value = text;
  box.className = "visually-hidden";
  document.body.append(box);
  box.select();
  const done = document.execCommand("copy");
  box.remove();
  return done;
}
