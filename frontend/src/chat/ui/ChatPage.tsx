import { type RefObject, useEffect, useRef, useState } from "react";
import { useStore } from "../../lib/store";
import { Header } from "../../site/Header";
import { Dialog } from "../../ui/Dialog";
import { useMedia } from "../../ui/media";
import { SignInDialog } from "../../wallet/SignInDialog";
import { type ChatApp, signedIn, signOut } from "../app";
import { Conversation } from "./Conversation";
import { Sidebar } from "./Sidebar";

/** The whole page: header, conversations, the open one, and the dialogs over them. */
export function ChatPage({ app }: { app: ChatApp }) {
  const session = useStore(app.session.store);
  const state = useStore(app.chat.store);
  const network = useStore(app.live.network);
  const wide = useMedia("(min-width: 60rem)");
  const [over, setOver] = useState<"sign-in" | "drawer" | null>(null);
  const input = useRef<HTMLTextAreaElement>(null);
  useFocusOnOpen(input, state.conversationId);

  const me = session.phase === "ready" ? session.me : null;
  const close = () => setOver(null);
  const open = (id: string | null) => {
    app.chat.open(id);
    close();
  };
  const sidebar = <PageSidebar app={app} openId={state.conversationId} onOpen={open} onLeave={close} />;

  return (
    <div className="page">
      <Header
        page="chat"
        me={me}
        network={network}
        onMenu={wide ? null : () => setOver("drawer")}
        onHome={() => open(null)}
        onSignIn={() => setOver("sign-in")}
      />
      {wide && <aside className="side">{sidebar}</aside>}
      <Conversation
        app={app}
        state={state}
        session={session}
        network={network}
        inputRef={input}
        onSignIn={() => setOver("sign-in")}
      />
      {over === "drawer" && !wide && (
        <Dialog title="Conversations" kind="side" onClose={close}>
          {sidebar}
        </Dialog>
      )}
      {over === "sign-in" && (
        <SignInDialog
          api={app.api}
          wallets={app.wallets}
          development={app.config.development}
          onClose={close}
          onSignedIn={() => {
            signedIn(app);
            close();
          }}
        />
      )}
      <p className="visually-hidden" aria-live="polite">
        {state.announcement}
      </p>
    </div>
  );
}

interface PageSidebarProps {
  app: ChatApp;
  openId: string | null;
  onOpen: (id: string | null) => void;
  onLeave: () => void;
}

function PageSidebar({ app, openId, onOpen, onLeave }: PageSidebarProps) {
  const session = useStore(app.session.store);
  const history = useStore(app.history.store);
  const { chat } = app;
  async function remove(id: string) {
    try {
      await app.history.remove(id);
      app.memory.keepDraft(id, "");
      if (chat.store.get().conversationId === id) chat.open(null);
    } catch (error) {
      chat.raise(error);
      onLeave();
    }
  }
  async function leave() {
    try {
      await signOut(app);
    } catch (error) {
      chat.raise(error);
    }
    onLeave();
  }
  return (
    <Sidebar
      history={history}
      openId={openId}
      user={session.phase === "ready" ? session.me.user : null}
      onOpen={onOpen}
      onNew={() => onOpen(null)}
      onDelete={(id) => void remove(id)}
      onMore={() => void app.history.more()}
      onReload={() => void app.history.refresh()}
      onSignOut={() => void leave()}
    />
  );
}

/** Puts the cursor where one writes, except on touch screens, where it would raise the keyboard. */
function useFocusOnOpen(input: RefObject<HTMLTextAreaElement | null>, openId: string | null) {
  const fine = useMedia("(pointer: fine)");
  // biome-ignore lint/correctness/useExhaustiveDependencies: opening another conversation is the occasion.
  useEffect(() => {
    if (fine) input.current?.focus();
  }, [fine, input, openId]);
}
