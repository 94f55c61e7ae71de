import { lazy, Suspense } from "react";
import { useStore } from "../../lib/store";
import { MoneyPage } from "../../money/MoneyPage";
import { Button } from "../../ui/Button";
import { Notice } from "../../ui/Notice";
import { shortWallet } from "../../ui/words";
import type { AccountApp } from "../app";
import { AccountNav } from "./AccountNav";
import { BuyCard } from "./BuyCard";
import { CreditFigures } from "./CreditFigures";
import { Earnings } from "./Earnings";
import { FaucetCard } from "./FaucetCard";
import { Purchases } from "./Purchases";
import { StatementTable } from "./StatementTable";

const Access = lazy(() => import("./access/Access").catch(() => ({ default: NotLoaded })));

/** The whole page of somebody's account. */
export function AccountPage({ app }: { app: AccountApp }) {
  const session = useStore(app.session.store);
  const user = session.phase === "ready" ? session.me.user : null;
  return (
    <MoneyPage app={app} page="account">
      {(signIn) => (
        <>
          <header className="page-head">
            <h1>Account</h1>
            {user !== null && (
              <p className="page-lead" title={user.wallet}>
                {shortWallet(user.wallet)}
              </p>
            )}
          </header>
          {user !== null && <Yours app={app} userId={user.id} />}
          {session.phase === "ready" && user === null && <Visitor app={app} onSignIn={signIn} />}
        </>
      )}
    </MoneyPage>
  );
}

/** Drawn anew for another person, so that nothing typed or opened is left of the one before. */
function Yours({ app, userId }: { app: AccountApp; userId: string }) {
  const view = useStore(app.view.shown);
  return (
    <div className="account-parts" key={userId}>
      <AccountNav view={view} />
      {view === "money" ? (
        <Money app={app} />
      ) : (
        <Suspense fallback={<p className="empty">Loading…</p>}>
          <Access app={app} view={view} />
        </Suspense>
      )}
    </div>
  );
}

function Money({ app }: { app: AccountApp }) {
  return (
    <div className="account">
      <section className="account-credits" aria-labelledby="credits-title">
        <div className="account-have">
          <h2 id="credits-title" className="visually-hidden">
            Credits
          </h2>
          <CreditFigures app={app} />
          <Purchases app={app} />
        </div>
        <div className="account-get">
          <BuyCard app={app} />
          {app.faucet !== null && <FaucetCard faucet={app.faucet} />}
        </div>
      </section>
      <Earnings app={app} />
      <StatementTable app={app} />
    </div>
  );
}

/** In place of a part that the browser couldn't fetch. */
function NotLoaded() {
  return (
    <Notice tone="error" actions={<Button onClick={() => location.reload()}>Reload</Button>}>
      This part of the page couldn’t be loaded. Check your connection.
    </Notice>
  );
}

function Visitor({ app, onSignIn }: { app: AccountApp; onSignIn: () => void }) {
  const emptied = useStore(app.emptied);
  return (
    <>
      {emptied && (
        <Notice tone="note">
          Everything was deleted, and you are signed out everywhere. What you had stays with your wallet: sign
          in with it again, and the balance is there.
        </Notice>
      )}
      <section className="card visitor">
        <h2>Your wallet is your account</h2>
        <p>
          Sign in to buy credits, to see every credit in and out, and to be paid what your machines and your
          stake have earned; for API keys and workers, and to take your data along or delete it.
        </p>
        <Button look="primary" data-testid="visitor-sign-in" onClick={onSignIn}>
          Sign in
        </Button>
      </section>
    </>
  );
}
