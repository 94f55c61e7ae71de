import type { MouseEvent, ReactNode } from "react";

interface SkipLinkProps {
  /** The id of what is skipped to, without the `#`. */
  to: string;
  children: ReactNode;
  /** Where going there is more than moving the focus to it. */
  onSkip?: () => void;
}

/** The first thing that Tab reaches: past the header and the lists, to what the page is about. */
export function SkipLink({ to, children, onSkip }: SkipLinkProps) {
  function skip(event: MouseEvent) {
    // A page in which addresses mean something must not get another one.
    event.preventDefault();
    if (onSkip !== undefined) onSkip();
    else document.getElementById(to)?.focus();
  }
  return (
    <a className="skip" href={`#${to}`} onClick={skip}>
      {children}
    </a>
  );
}
