import { type ReactNode, useState } from "react";
import { signedIn, signOut } from "../chat/beside/page";
import { useStore } from "../lib/store";
import { Header, type PageId } from "../site/Header";
import { Button } from "../ui/Button";
import { Notice } from "../ui/Notice";
import { SkipLink } from "../ui/SkipLink";
import { SignInDialog } from "../wallet/SignInDialog";
import type { MoneyApp } from "./app";

interface MoneyPageProps {
  app: MoneyApp;
  page: PageId;
  /** Draws the page's own part; `signIn` opens the dialog. */
  children: (signIn: () => void) => ReactNode;
}

/** The frame of the account, stake and treasury pages: the header, what is wrong with the session, signing in. */
export function MoneyPage({ app, page, children }: MoneyPageProps) {
  const session = useStore(app.session.store);
  const network = useStore(app.live.network);
  const [asking, setAsking] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const me = session.phase === "ready" ? session.me : null;
  const signIn = () => setAsking(true);
  return (
    <div className="site-page">
      <SkipLink to="main">Skip to the page</SkipLink>
      <Header
        page={page}
        me={me}
        network={network}
        onSignIn={signIn}
        onSignOut={() => {
          setProblem(null);
          signOut(app).catch(() => setProblem("Signing out didn’t work. Try again."));
        }}
      />
      <main className="money-page" id="main" tabIndex={-1} data-testid={`${page}-page`}>
        {session.phase === "failed" && (
          <Notice
            tone="error"
            actions={<Button onClick={() => void app.session.refresh()}>Try again</Button>}
          >
            {session.message}
          </Notice>
        )}
        {problem !== null && <Notice tone="error">{problem}</Notice>}
        {children(signIn)}
      </main>
      {asking && (
        <SignInDialog
          api={app.api}
          wallets={app.wallets}
          development={app.config.development}
          onClose={() => setAsking(false)}
          onSignedIn={() => {
            signedIn(app);
            setAsking(false);
          }}
        />
      )}
    </div>
  );
}
