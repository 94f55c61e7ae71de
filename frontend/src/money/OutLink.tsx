import type { ReactNode } from "react";
import { Icon } from "../ui/Icon";
import { shortWallet } from "../ui/words";

/** A link to an explorer; where there is none, the text alone. */
export function OutLink({ url, children }: { url: string | null; children: ReactNode }) {
  if (url === null) return <>{children}</>;
  return (
    <a className="out-link" href={url} target="_blank" rel="noreferrer">
      {children}
      <Icon name="out" />
      <span className="visually-hidden"> (in a new tab)</span>
    </a>
  );
}

/** An address or a transaction, shortened; the whole of it is in its title. */
export function ShortHex({ hex, url = null }: { hex: string; url?: string | null }) {
  return (
    <OutLink url={url}>
      <span className="hex" title={hex}>
        {shortWallet(hex)}
      </span>
    </OutLink>
  );
}
