import { useStore } from "../../lib/store";
import { SitePage } from "../../site/SitePage";
import { Button } from "../../ui/Button";
import { shortWallet } from "../../ui/words";
import type { AccountApp } from "../app";
import { BuyCard } from "./BuyCard";
import { CreditFigures } from "./CreditFigures";
import { Earnings } from "./Earnings";
import { FaucetCard } from "./FaucetCard";
import { Purchases } from "./Purchases";
import { StatementTable } from "./StatementTable";

/** The whole page of somebody's money. */
export function AccountPage({ app }: { app: AccountApp }) {
  const session = useStore(app.session.store);
  const user = session.phase === "ready" ? session.me.user : null;
  return (
    <SitePage app={app} page="account">
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
          {session.phase === "ready" && user === null && <Visitor onSignIn={signIn} />}
        </>
      )}
    </SitePage>
  );
}

/** Drawn anew for another person, so that nothing typed or opened is left of the one before. */
function Yours({ app, userId }: { app: AccountApp; userId: string }) {
  return (
    <div className="account" key={userId}>
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

function Visitor({ onSignIn }: { onSignIn: () => void }) {
  return (
    <section className="card visitor">
      <h2>Your money, with your wallet</h2>
      <p>
        Sign in to buy credits, to see every credit in and out, and to be paid what your machines and your
        stake have earned.
      </p>
      <Button look="primary" data-testid="visitor-sign-in" onClick={onSignIn}>
        Sign in
      </Button>
    </section>
  );
}
