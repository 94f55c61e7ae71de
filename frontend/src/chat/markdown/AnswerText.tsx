import { memo, useLayoutEffect, useMemo, useRef, useState } from "react";
import { useStore } from "../../lib/store";
import { Button } from "../../ui/Button";
import { BlockView } from "./BlockView";
import { reader } from "./libraries";
import { SHOWN_MAX_CHARS } from "./limits";
import { withoutOverrides } from "./links";
import type { LiveText } from "./live";
import { usePaced } from "./pace";

interface AnswerTextProps {
  content: string;
  /** It is still being written. */
  live: boolean;
}

/** An answer's Markdown. What is finished of it stays in the page untouched while the rest is typed. */
export const AnswerText = memo(function AnswerText({ content, live }: AnswerTextProps) {
  const read = useStore(reader);
  const [shownMax, showMore] = useState(SHOWN_MAX_CHARS);
  const text = usePaced(content, live);
  const before = useRef<LiveText | null>(null);
  const tree = useMemo(() => {
    if (read === null) return null;
    if (!live) return read.whole(text, shownMax);
    return read.grow(before.current, text);
  }, [read, text, live, shownMax]);
  useLayoutEffect(() => {
    before.current = tree;
  }, [tree]);

  if (tree === null) return <PlainText content={text} />;
  return (
    <div className="message-text markdown">
      {[...tree.finished, ...tree.open].map((block, index) => (
        // A block's place never changes: what comes is put after it.
        // biome-ignore lint/suspicious/noArrayIndexKey: the place is the identity.
        <BlockView key={index} block={block} />
      ))}
      {tree.hiddenChars > 0 && !live && (
        <Button className="show-rest" onClick={() => showMore(shownMax + SHOWN_MAX_CHARS)}>
          Show more ({tree.hiddenChars.toLocaleString("en")} characters)
        </Button>
      )}
      {tree.hiddenChars > 0 && live && (
        <p className="text-note">This answer is very long. It goes on, out of sight.</p>
      )}
    </div>
  );
});

/** The text as it was written: until the parser is there, and for answers that are far out of sight. */
export function PlainText({ content }: { content: string }) {
  return (
    <div className="message-text message-plain">{withoutOverrides(content.slice(0, SHOWN_MAX_CHARS))}</div>
  );
}
