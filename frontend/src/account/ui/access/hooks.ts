import { useEffect, useState } from "react";
import { type Feed, sentenceOf } from "../../../api/feed";
import { useStore } from "../../../lib/store";
import type { View } from "../../view";

/** What a feed says, which is asked while this is on show. */
export function useFeed<T>(feed: Feed<T>) {
  useEffect(() => {
    const seen = () => feed.visibilityChanged();
    document.addEventListener("visibilitychange", seen);
    feed.open();
    return () => {
      document.removeEventListener("visibilitychange", seen);
      feed.close();
    };
  }, [feed]);
  return useStore(feed.store);
}

/** One change at a time: what it is about while it goes on, and why the last one didn't work. */
export function useChange() {
  const [busy, setBusy] = useState<string | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  async function change(about: string, act: () => Promise<unknown>): Promise<boolean> {
    setBusy(about);
    setProblem(null);
    try {
      await act();
      return true;
    } catch (error) {
      setProblem(sentenceOf(error));
      return false;
    } finally {
      setBusy(null);
    }
  }
  return { busy, problem, change };
}

/**
 * A secret that is shown this once must not be lost by a key, a press beside the dialog or a step back: until it was
 * copied, closing asks first.
 */
export function useShownOnce({ view, secret, onClose }: ShownOnceInput) {
  const [kept, setKept] = useState(false);
  const [warned, setWarned] = useState(false);
  const shown = secret !== null;
  const atRisk = shown && !kept;
  useEffect(() => (shown ? view.hold() : undefined), [shown, view]);
  useEffect(() => {
    if (!atRisk) return;
    const stay = (event: BeforeUnloadEvent) => event.preventDefault();
    // A browser closes a dialog at the second Escape whatever the page says: so it must not hear of the first.
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== "Escape") return;
      event.preventDefault();
      setWarned(true);
    };
    window.addEventListener("beforeunload", stay);
    document.addEventListener("keydown", onKey, true);
    return () => {
      window.removeEventListener("beforeunload", stay);
      document.removeEventListener("keydown", onKey, true);
    };
  }, [atRisk]);
  const close = () => (atRisk ? setWarned(true) : onClose());
  return { warned: warned && atRisk, keep: () => setKept(true), close };
}

interface ShownOnceInput {
  view: View;
  secret: string | null;
  onClose: () => void;
}
