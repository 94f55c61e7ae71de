import { type RefObject, useCallback, useEffect, useMemo, useRef, useState } from "react";
import type { Network, TierId } from "../../../api/types";
import type { SessionState } from "../../../page/session";
import { Button } from "../../../ui/Button";
import { isComposing } from "../../../ui/composing";
import { Icon } from "../../../ui/Icon";
import { cheapest } from "../../tiers/problems";
import type { ConversationParts } from "../parts";
import { type ChatState, visibleOutgoing } from "../state";
import { BeforeSending } from "./BeforeSending";
import { Landing } from "./Landing";
import { useStickToEnd } from "./scroll";
import { Thread } from "./Thread";

interface ConversationProps {
  app: ConversationParts;
  state: ChatState;
  /** What it is called; null where nothing was written yet. */
  title: string | null;
  session: SessionState;
  network: Network | null;
  inputRef: RefObject<HTMLTextAreaElement | null>;
  onSignIn: () => void;
}

export function Conversation({ app, state, title, session, network, inputRef, onSignIn }: ConversationProps) {
  const { chat } = app;
  const scroller = useRef<HTMLDivElement>(null);
  const { away, toEnd, lead, stay } = useStickToEnd(scroller, state.messages);
  const scroll = useMemo(() => ({ toEnd, lead, stay }), [toEnd, lead, stay]);
  const [tier, chooseTier] = useTier(app);
  const landing = state.phase === "new" && visibleOutgoing(state) === null;

  useEditKey(
    inputRef,
    useCallback(() => chat.edit(), [chat]),
  );

  function send() {
    chat.send(tier);
    toEnd();
  }

  return (
    <main className="conversation-view" id="main" data-landing={landing}>
      {!landing && <h1 className="visually-hidden">{title ?? "Conversation"}</h1>}
      <div className="scroller" ref={scroller}>
        <div className="column">
          {landing ? (
            <Landing />
          ) : (
            <Thread app={app} state={state} tier={tier} scroll={scroll} inputRef={inputRef} />
          )}
        </div>
      </div>
      <div className="column dock">
        {away && (
          <Button className="to-end" onClick={toEnd}>
            <Icon name="down" /> Latest
          </Button>
        )}
        <BeforeSending
          app={app}
          state={state}
          session={session}
          network={network}
          inputRef={inputRef}
          landing={landing}
          tier={tier}
          onTier={chooseTier}
          onSend={send}
          onSignIn={onSignIn}
        />
      </div>
    </main>
  );
}

/** Arrow up in the empty box: the last question is worded anew. */
function useEditKey(inputRef: RefObject<HTMLTextAreaElement | null>, edit: () => boolean) {
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      const box = inputRef.current;
      if (event.key !== "ArrowUp" || event.target !== box || box?.value !== "" || isComposing(event)) return;
      if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
      if (edit()) event.preventDefault();
    };
    document.addEventListener("keydown", pressed);
    return () => document.removeEventListener("keydown", pressed);
  }, [inputRef, edit]);
}

function useTier(app: ConversationParts): [TierId, (tier: TierId) => void] {
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
