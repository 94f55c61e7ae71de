import type { MouseEvent } from "react";
import type { Me, Network } from "../api/types";
import { Button, IconButton } from "../ui/Button";
import { Icon, Mark } from "../ui/Icon";
import { shortWallet } from "../ui/words";
import { NetworkStatus } from "./NetworkStatus";
import { PageLinks } from "./PageLinks";
import { beside, type PageId } from "./pages";

export type { PageId } from "./pages";

interface HeaderProps {
  page: PageId;
  me: Me | null;
  network: Network | null;
  onSignIn: () => void;
  /** Where the header is the place for it, the wallet and signing out are shown. */
  onSignOut?: () => void;
  /** What is beside the page on narrow screens is behind a button. */
  onMenu?: (() => void) | null;
  /** Whether that is shown now. */
  menuOpen?: boolean;
  /** A page that is its own home goes there without loading anew. */
  onHome?: () => void;
  /** Leaving would end something that runs: other pages open beside it. */
  keepOpen?: boolean;
}

/** The head of every page: where one is, how the network is, who one is. */
export function Header(props: HeaderProps) {
  const { page, me, network, onMenu, onHome, keepOpen = false } = props;
  function goHome(event: MouseEvent) {
    if (onHome === undefined || event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    onHome();
  }
  return (
    <header className="top">
      {onMenu != null && (
        <IconButton
          icon="menu"
          label="Conversations"
          data-testid="menu"
          aria-expanded={props.menuOpen}
          onClick={onMenu}
        />
      )}
      <a className="brand" href="/" aria-label="ashao, home" onClick={goHome} {...beside(keepOpen)}>
        <Mark /> <span className="brand-name">ashao</span>
      </a>
      <PageLinks page={page} signedIn={Boolean(me?.user)} keepOpen={keepOpen} onHome={goHome} />
      <NetworkStatus network={network} />
      <Who {...props} />
    </header>
  );
}

type WhoProps = Pick<HeaderProps, "me" | "onSignIn" | "onSignOut" | "keepOpen">;

function Who({ me, onSignIn, onSignOut, keepOpen = false }: WhoProps) {
  return (
    <div className="top-end">
      {me?.user && me.credits !== null && (
        <a
          className="balance"
          href="/account"
          data-testid="balance"
          title="Your balance. 1 credit is $0.01."
          {...beside(keepOpen)}
        >
          {me.credits.toLocaleString("en")} <span className="balance-unit">credits</span>
        </a>
      )}
      {me?.user && onSignOut !== undefined && (
        <>
          <span className="wallet-short" data-testid="wallet" title={me.user.wallet}>
            {shortWallet(me.user.wallet)}
          </span>
          <Button look="quiet" className="sign-out" data-testid="sign-out" onClick={onSignOut}>
            <Icon name="leave" />
            <span className="sign-out-word">Sign out</span>
          </Button>
        </>
      )}
      {me !== null && me.user === null && (
        <Button look="primary" data-testid="sign-in" onClick={onSignIn}>
          Sign in
        </Button>
      )}
    </div>
  );
}
