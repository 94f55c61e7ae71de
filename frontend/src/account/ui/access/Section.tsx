import type { ReactNode } from "react";
import type { Feed, FeedState } from "../../../api/feed";
import { FeedNotice } from "../../../money/FeedNotice";
import { Notice } from "../../../ui/Notice";

interface SectionProps<T> {
  title: string;
  lead: ReactNode;
  action?: ReactNode;
  feed: Feed<T>;
  state: FeedState<T>;
  /** "Your keys", at the beginning of a sentence. */
  what: string;
  problem: string | null;
  testId: string;
  children: (value: T) => ReactNode;
}

/** A list with its name, what it is for, what can be added to it; and what is the matter where there is none. */
export function Section<T>(props: SectionProps<T>) {
  const { title, lead, action, feed, state, what, problem, testId, children } = props;
  const id = titleId(testId);
  return (
    <section className="access" aria-labelledby={id} data-testid={testId} data-state={state.phase}>
      <header className="section-head">
        <h2 id={id} tabIndex={-1}>
          {title}
        </h2>
        {action}
      </header>
      <p className="access-lead">{lead}</p>
      <FeedNotice feed={feed} what={what} />
      {problem !== null && <Notice tone="error">{problem}</Notice>}
      {state.phase === "loading" && <p className="empty">Loading…</p>}
      {state.phase === "ready" && children(state.value)}
    </section>
  );
}

/** Where the keyboard goes on when what it was on is gone. */
export function focusTitle(testId: string): void {
  document.getElementById(titleId(testId))?.focus();
}

function titleId(testId: string): string {
  return `${testId}-title`;
}
