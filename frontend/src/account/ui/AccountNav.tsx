import { useEffect, useRef } from "react";
import { VIEWS, type ViewId } from "../view";

/** The parts of the account, each with an address of its own. */
export function AccountNav({ view }: { view: ViewId }) {
  const current = useRef<HTMLAnchorElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another view is another link.
  useEffect(() => {
    // Nothing is given back: newer browsers answer with a promise, which React would take for a way to tidy up.
    current.current?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }, [view]);
  return (
    <nav className="account-nav" aria-label="Account">
      {VIEWS.map(({ id, name }) => (
        <a
          key={id}
          ref={id === view ? current : undefined}
          href={`#${id}`}
          data-testid={`account-${id}`}
          aria-current={id === view ? "page" : undefined}
        >
          {name}
        </a>
      ))}
    </nav>
  );
}
