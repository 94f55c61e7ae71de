import { useEffect, useRef, useState } from "react";
import { useOnline } from "../../../ui/media";
import { statusNews } from "../spoken-status";
import type { ChatState } from "../state";

const SAID_MS = 2_500;

interface AnnouncerProps {
  state: ChatState;
  /** What was done just now, shown for a moment as well: nothing else on the page tells of it. */
  said: string;
  onOver: () => void;
}

/** Tells those who listen how the answer is coming along, and at its end what it says: once, and politely. */
export function Announcer({ state, said, onOver }: AnnouncerProps) {
  const status = useStatusNews(state);
  const connection = useConnectionNews();
  return (
    <>
      <p className="visually-hidden" aria-live="polite" data-testid="status-announcement">
        {status}
      </p>
      <p className="visually-hidden" aria-live="polite" data-testid="announcement">
        {state.announcement}
      </p>
      <p className="visually-hidden" aria-live="polite">
        {connection}
      </p>
      <Said text={said} onOver={onOver} />
    </>
  );
}

function Said({ text, onOver }: { text: string; onOver: () => void }) {
  const over = useRef(onOver);
  over.current = onOver;
  useEffect(() => {
    if (text === "") return;
    const timer = setTimeout(() => over.current(), SAID_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return (
    <p className={text === "" ? "visually-hidden" : "said"} role="status" data-testid="said">
      {text}
    </p>
  );
}

function useStatusNews(state: ChatState): string {
  const [told, tell] = useState("");
  const before = useRef(state);
  useEffect(() => {
    const news = statusNews(before.current, state);
    before.current = state;
    if (news !== null) tell(news);
  }, [state]);
  return told;
}

/** Empty until the connection goes for the first time. */
function useConnectionNews(): string {
  const online = useOnline();
  const went = useRef(false);
  if (!online) went.current = true;
  if (!online) return "You’re offline.";
  return went.current ? "You’re online again." : "";
}
