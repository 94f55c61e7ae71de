import { type RefObject, useCallback, useMemo, useRef, useState } from "react";
import type { Network, Rating, TierId } from "../../api/types";
import type { SessionState } from "../../session/session";
import { Button } from "../../ui/Button";
import { Icon } from "../../ui/Icon";
import { useOnline } from "../../ui/media";
import { Notice } from "../../ui/Notice";
import { counted } from "../../ui/words";
import type { ChatApp } from "../app";
import { cheapest, type Problem } from "../problems";
import { type ChatState, canSend, pendingAnswer, visibleOutgoing } from "../state";
import { Composer } from "./Composer";
import { Landing, LandingFacts } from "./Landing";
import { MessageList } from "./MessageList";
import { useStickToEnd } from "./scroll";

interface ConversationProps {
  app: ChatApp;
  state: ChatState;
  session: SessionState;
  network: Network | null;
  inputRef: RefObject<HTMLTextAreaElement | null>;
  onSignIn: () => void;
}

export function Conversation({ app, state, session, network, inputRef, onSignIn }: ConversationProps) {
  const { chat, config } = app;
  const scroller = useRef<HTMLDivElement>(null);
  const { away, toEnd } = useStickToEnd(scroller, state.messages);
  const [tier, chooseTier] = useTier(app);
  const landing = state.phase === "new" && visibleOutgoing(state) === null;
  const answer = pendingAnswer(state);

  function send() {
    chat.send(tier);
    toEnd();
  }

  return (
    <main className="conversation-view" data-landing={landing}>
      <div className="scroller" ref={scroller}>
        <div className="column">
          {landing ? <Landing network={network} /> : <Thread app={app} state={state} />}
        </div>
      </div>
      <div className="column dock">
        {away && (
          <Button className="to-end" onClick={toEnd}>
            <Icon name="down" /> Latest
          </Button>
        )}
        <Notices
          session={session}
          problem={state.problem}
          onRetrySession={() => void app.session.refresh()}
          onSignIn={onSignIn}
          onCheaper={() => {
            chooseTier(cheapest(config.tiers).id);
            chat.dismissProblem();
          }}
          onDismiss={() => chat.dismissProblem()}
        />
        {state.phase !== "missing" && (
          <Composer
            inputRef={inputRef}
            draft={state.draft}
            canSend={canSend(state)}
            answering={answer !== null}
            stopping={answer?.asked === "stop"}
            tiers={config.tiers}
            tier={tier}
            onWrite={(draft) => chat.write(draft)}
            onSend={send}
            onStop={() => void chat.stop()}
            onTier={chooseTier}
          />
        )}
        {state.phase !== "missing" && <GuestRemaining session={session} />}
        {landing && <LandingFacts />}
      </div>
    </main>
  );
}

function Thread({ app, state }: { app: ChatApp; state: ChatState }) {
  const { chat, config } = app;
  const actions = useMemo(
    () => ({
      onRetry: (jobId: string) => void chat.retry(jobId),
      onReconnect: () => chat.reconnect(),
      onResend: () => chat.resend(),
      onDiscard: () => chat.discard(),
      onRate: (jobId: string, rating: Rating) => void chat.rate(jobId, rating),
    }),
    [chat],
  );
  switch (state.phase) {
    case "loading":
      return <p className="thread-note">Loading this conversation…</p>;
    case "missing":
      return (
        <div className="thread-note">
          <p>This conversation isn’t here. It was deleted, or it belongs to another account.</p>
          <Button onClick={() => chat.open(null)}>Start a new chat</Button>
        </div>
      );
    case "failed":
      return (
        <div className="thread-note" role="alert" data-testid="error">
          <p>This conversation couldn’t be loaded.</p>
          <Button onClick={() => chat.reconnect()}>Try again</Button>
        </div>
      );
    default:
      return <MessageList state={state} tiers={config.tiers} {...actions} />;
  }
}

interface NoticesProps {
  session: SessionState;
  problem: Problem | null;
  onRetrySession: () => void;
  onSignIn: () => void;
  onCheaper: () => void;
  onDismiss: () => void;
}

function Notices({ session, problem, onRetrySession, onSignIn, onCheaper, onDismiss }: NoticesProps) {
  const online = useOnline();
  if (problem !== null) {
    const actions = (
      <>
        {problem.action === "sign-in" && <Button onClick={onSignIn}>Sign in</Button>}
        {problem.action === "use-cheaper-tier" && <Button onClick={onCheaper}>Use the cheaper one</Button>}
        <Button look="quiet" onClick={onDismiss}>
          Dismiss
        </Button>
      </>
    );
    return (
      <Notice tone="error" actions={actions}>
        {problem.text}
      </Notice>
    );
  }
  if (!online) return <Notice tone="note">You’re offline. What you write is kept here.</Notice>;
  if (session.phase !== "failed") return null;
  return (
    <Notice tone="error" actions={<Button onClick={onRetrySession}>Try again</Button>}>
      {session.message}
    </Notice>
  );
}

function GuestRemaining({ session }: { session: SessionState }) {
  const guest = session.phase === "ready" ? session.me.guest : null;
  if (guest === null) return null;
  return (
    <p className="guest" data-testid="guest-remaining">
      {guest.remaining === 0
        ? "Your free messages are used up. Sign in to go on."
        : `${counted(guest.remaining, "free message")} left. No account needed.`}
    </p>
  );
}

function useTier(app: ChatApp): [TierId, (tier: TierId) => void] {
  const [tier, setTier] = useState<TierId>(() => app.memory.tier() ?? cheapest(app.config.tiers).id);
  const choose = useCallback(
    (chosen: TierId) => {
      app.memory.keepTier(chosen);
      setTier(chosen);
    },
    [app],
  );
  return [tier, choose];
}
