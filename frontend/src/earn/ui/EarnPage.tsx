import { useEffect, useState } from "react";
import type { Me } from "../../api/types";
import { signedIn, signOut } from "../../chat/beside/page";
import { useStore } from "../../lib/store";
import { Header } from "../../site/Header";
import { Button } from "../../ui/Button";
import { Notice } from "../../ui/Notice";
import { SkipLink } from "../../ui/SkipLink";
import { SignInDialog } from "../../wallet/SignInDialog";
import { RunWorkerDialog } from "../../worker/RunWorkerDialog";
import type { EarnApp } from "../app";
import { Background } from "./Background";
import { Dashboard } from "./Dashboard";
import { Facts } from "./Facts";
import { Hero } from "./Hero";
import { Station } from "./Station";
import { announcementOf, isBusy, isNew } from "./status";

/** What is done once the person is signed in. */
type Intent = "start" | "native" | null;

/** The whole page: the machine of this tab, the owner's figures, and what one should know before Start. */
export function EarnPage({ app }: { app: EarnApp }) {
  const session = useStore(app.session.store);
  const network = useStore(app.live.network);
  const state = useStore(app.earn.state);
  const me = session.phase === "ready" ? session.me : null;
  const { intent, want, over, setOver } = useIntent(app, me);
  const [problem, setProblem] = useState<string | null>(null);
  const busy = isBusy(state);

  return (
    <div className="earn-page">
      <SkipLink to="main">Skip to the page</SkipLink>
      <Header
        page="earn"
        me={me}
        network={network}
        keepOpen={busy}
        onSignIn={() => setOver("sign-in")}
        onSignOut={() => {
          setProblem(null);
          signOut(app).catch(() => setProblem("Signing out didn’t work. Try again."));
        }}
      />
      <main className="earn" id="main" tabIndex={-1} data-new={isNew(state)}>
        {isNew(state) ? <HeroOf app={app} me={me} /> : <h1 className="visually-hidden">Earn</h1>}
        <div className="here">
          {session.phase === "failed" && (
            <Notice
              tone="error"
              actions={<Button onClick={() => void app.session.refresh()}>Try again</Button>}
            >
              {session.message}
            </Notice>
          )}
          {problem !== null && <Notice tone="error">{problem}</Notice>}
          <BackgroundOf app={app} />
          <Station
            config={app.config}
            earn={app.earn}
            state={state}
            starting={intent === "start" && me === null}
            onStart={() => want("start")}
            onNative={() => want("native")}
          />
        </div>
        {me?.user && <Dashboard app={app} state={state} />}
        <KnowledgeOf app={app} onNative={() => want("native")} />
      </main>
      {over === "sign-in" && (
        <SignInDialog
          api={app.api}
          wallets={app.wallets}
          development={app.config.development}
          onClose={() => {
            want(null);
            setOver(null);
          }}
          onSignedIn={() => {
            signedIn(app);
            setOver(null);
          }}
        />
      )}
      {over === "native" && (
        <RunWorkerDialog api={app.api} development={app.config.development} onClose={() => setOver(null)} />
      )}
      <Announcer app={app} />
    </div>
  );
}

/** Signing in stands between some wishes and their fulfilment; they are kept until then. */
function useIntent(app: EarnApp, me: Me | null) {
  const [intent, setIntent] = useState<Intent>(null);
  const [over, setOver] = useState<"sign-in" | "native" | null>(null);
  const signedInAs = me?.user?.id ?? null;
  const known = me !== null;
  useEffect(() => {
    if (intent === null || !known) return;
    if (signedInAs === null) {
      setOver("sign-in");
      return;
    }
    setIntent(null);
    if (intent === "start") app.earn.start();
    else setOver("native");
  }, [intent, known, signedInAs, app]);
  function want(next: Intent) {
    setIntent(next);
    if (next !== null && known && signedInAs === null) setOver("sign-in");
  }
  return { intent, want, over, setOver };
}

function HeroOf({ app, me }: { app: EarnApp; me: Me | null }) {
  const network = useStore(app.live.network);
  const readiness = useStore(app.earn.readiness);
  const machines = me?.machines ?? null;
  const mine = machines === null ? 0 : Math.max(machines.pro, machines.max);
  return <Hero config={app.config} network={network} mine={mine} able={readiness.phase !== "unusable"} />;
}

function BackgroundOf({ app }: { app: EarnApp }) {
  const note = useStore(app.earn.background);
  return note === null ? null : <Background note={note} onDismiss={() => app.earn.dismissBackground()} />;
}

function KnowledgeOf({ app, onNative }: { app: EarnApp; onNative: () => void }) {
  const readiness = useStore(app.earn.readiness);
  const chosen =
    readiness.phase === "usable"
      ? readiness.choices.find((choice) => choice.model.id === readiness.chosenId)
      : undefined;
  return <Facts config={app.config} chosen={chosen?.build ?? null} onNative={onNative} />;
}

/** Says the phase to those who listen; the figures stay silent. */
function Announcer({ app }: { app: EarnApp }) {
  const state = useStore(app.earn.state);
  const readiness = useStore(app.earn.readiness);
  return (
    <p className="visually-hidden" aria-live="polite" data-testid="announcement">
      {announcementOf(state, readiness)}
    </p>
  );
}
