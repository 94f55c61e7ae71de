import type { RefObject } from "react";
import type { Network, TierId } from "../../../api/types";
import type { SessionState } from "../../../page/session";
import { Button } from "../../../ui/Button";
import { cheapest } from "../../tiers/problems";
import { standingOf } from "../../tiers/standing";
import { networkFor } from "../../tiers/tiers";
import { CreditsLine, SpokenBalance } from "../../tiers/ui/CreditsLine";
import { Remedies } from "../../tiers/ui/Remedies";
import { lengthOf } from "../length";
import type { ConversationParts } from "../parts";
import { type ChatState, canSend, pendingAnswer, unsentElsewhere, visibleOutgoing } from "../state";
import { Composer } from "./Composer";
import { LandingExamples, LandingFoot } from "./Landing";
import { Notices } from "./Notices";

interface BeforeSendingProps {
  app: ConversationParts;
  state: ChatState;
  session: SessionState;
  network: Network | null;
  inputRef: RefObject<HTMLTextAreaElement | null>;
  /** Nothing was written here yet, and the person may be new. */
  landing: boolean;
  tier: TierId;
  onTier: (tier: TierId) => void;
  onSend: () => void;
  onSignIn: () => void;
}

/** All that is below the conversation: what is wrong, the box, what sending costs; on the landing what helps to begin. */
export function BeforeSending(props: BeforeSendingProps) {
  const { app, state, session, network, landing, onTier, onSignIn } = props;
  const { chat, config } = app;
  const me = session.phase === "ready" ? session.me : null;
  const answer = pendingAnswer(state);
  const busy = answer !== null || state.outgoing !== null;
  const standing = standingOf(me, tierOf(props), config.tiers);
  const cheaper = cheapest(config.tiers);
  const remedies = {
    cheaper: cheaper.name,
    onSignIn,
    onCheaper: () => {
      onTier(cheaper.id);
      chat.dismissProblem();
      props.inputRef.current?.focus();
    },
  };
  const unsent = unsentElsewhere(state);
  const action = state.problem?.action ?? null;
  // It's said once: not beside a refusal that says the same, and not while what was paid for is being written.
  const quiet = standing.kind === "short" && (busy || action !== null);
  const short = standing.kind === "short" && !quiet;

  return (
    <>
      <Notices
        session={session}
        problem={state.problem}
        remedies={<Remedies action={action} {...remedies} />}
        sending={visibleOutgoing(state)?.status === "sending"}
        unsent={
          unsent !== null && (
            <>
              <Button onClick={() => chat.resend()}>Try again</Button>
              <Button look="quiet" onClick={() => chat.open(unsent.conversationId)}>
                Show it
              </Button>
            </>
          )
        }
        onRetrySession={() => void app.session.refresh()}
        onDismiss={() => chat.dismissProblem()}
      />
      {state.phase !== "missing" && (
        <>
          <Composer
            inputRef={props.inputRef}
            draft={state.draft}
            maxChars={config.messageMaxChars}
            canSend={canSend(state) && lengthOf(state.draft) <= config.messageMaxChars}
            answering={answer !== null}
            stopping={answer?.asked === "stop"}
            tiers={config.tiers}
            tier={props.tier}
            network={networkFor(network, me?.machines ?? null)}
            guest={me !== null && me.user === null}
            onWrite={(draft) => chat.write(draft)}
            onSend={props.onSend}
            onStop={() => void chat.stop()}
            onTier={onTier}
          />
          <div className="before">
            <CreditsLine standing={quiet ? { kind: "unknown" } : standing} {...remedies} />
            {landing && !short && <LandingExamples {...props} />}
          </div>
          <SpokenBalance credits={me?.credits ?? null} busy={busy} />
        </>
      )}
      {landing && <LandingFoot network={networkFor(network, me?.machines ?? null)} />}
    </>
  );
}

function tierOf({ app, tier }: BeforeSendingProps) {
  const { tiers } = app.config;
  return tiers.find(({ id }) => id === tier) ?? cheapest(tiers);
}
