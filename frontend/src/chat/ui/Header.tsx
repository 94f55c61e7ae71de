import type { Me, Network } from "../../api/types";
import { Button, IconButton } from "../../ui/Button";
import { Mark } from "../../ui/Icon";
import { NetworkStatus } from "./Presence";

interface HeaderProps {
  me: Me | null;
  network: Network | null;
  /** On narrow screens the conversations are behind a button. */
  onMenu: (() => void) | null;
  onHome: () => void;
  onSignIn: () => void;
}

export function Header({ me, network, onMenu, onHome, onSignIn }: HeaderProps) {
  return (
    <header className="top">
      {onMenu !== null && (
        <IconButton icon="menu" label="Conversations" data-testid="menu" onClick={onMenu} />
      )}
      <a
        className="brand"
        href="/"
        aria-label="ashao, home"
        onClick={(event) => {
          if (event.metaKey || event.ctrlKey || event.shiftKey) return;
          event.preventDefault();
          onHome();
        }}
      >
        <Mark /> <span className="brand-name">ashao</span>
      </a>
      <NetworkStatus network={network} />
      <div className="top-end">
        {me?.user && me.credits !== null && (
          <span className="balance" data-testid="balance" title="Your balance. 1 credit is $0.01.">
            {me.credits.toLocaleString("en")} <span className="balance-unit">credits</span>
          </span>
        )}
        {me !== null && me.user === null && (
          <Button look="primary" data-testid="sign-in" onClick={onSignIn}>
            Sign in
          </Button>
        )}
      </div>
    </header>
  );
}
