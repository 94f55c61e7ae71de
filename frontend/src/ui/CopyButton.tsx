import { useEffect, useState } from "react";
import { Button } from "./Button";
import { copyText } from "./clipboard";
import { Icon } from "./Icon";

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
      onClick={() => void copyText(text).then((done) => say(done ? "Copied" : "Couldn’t copy"))}
    >
      <Icon name={said === "Copied" ? "check" : "copy"} />
      <span className="copy-said" role="status">
        {said}
      </span>
    </Button>
  );
}
