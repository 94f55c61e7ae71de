import { type RefObject, useEffect, useRef, useState } from "react";
import { flushSync } from "react-dom";
import { useStore } from "../../lib/store";
import { Header } from "../../site/Header";
import { Dialog } from "../../ui/Dialog";
import { useMedia } from "../../ui/media";
import { SignInDialog } from "../../wallet/SignInDialog";
import { type ChatApp, signedIn, signOut } from "../app";
import { Conversation } from "./Conversation";
import { Sidebar } from "./Sidebar";
import { UndoToast } from "./UndoToast";

/** The whole page: header, conversations, the open one, and the dialogs over them. */
export function ChatPage({ app }: { app: ChatApp }) {
  const session = useStore(app.session.store);
  const state = useStore(app.chat.store);
  const network = useStore(app.live.network);
  const wide = useMedia("(min-width: 60rem)");
  const [over, setOver] = useState<"sign-in" | "drawer" | null>(null);
  const input = useRef<HTMLTextAreaElement>(null);
  const search = useRef<HTMLInputElement>(null);
  useFocusOnOpen(input, state.conversationId);
  useSearchKey(search, () => setOver("drawer"));

  const me = session.phase === "ready" ? session.me : null;
  const close = () => setOver(null);
  const open = (id: string | null) => {
    app.chat.open(id);
    close();
  };
  const sidebar = (
    <Sidebar
      library={app.library}
      openId={state.conversationId}
      user={me?.user ?? null}
      searchRef={search}
      onOpen={open}
      onSignOut={() => void leave(app).then(close)}
    />
  );

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
      {!wide && over !== "drawer" && <UndoToast library={app.library} />}
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

async function leave(app: ChatApp): Promise<void> {
  try {
    await signOut(app);
  } catch (error) {
    app.chat.raise(error);
  }
}

/** Ctrl+K or ⌘K: to the search, which is in the drawer where there is no room for it beside the chat. */
function useSearchKey(search: RefObject<HTMLInputElement | null>, openDrawer: () => void) {
  const open = useRef(openDrawer);
  open.current = openDrawer;
  useEffect(() => {
    const pressed = (event: globalThis.KeyboardEvent) => {
      if (!(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
      if (event.key.toLowerCase() !== "k") return;
      event.preventDefault();
      if (search.current === null) flushSync(() => open.current());
      search.current?.focus();
      search.current?.select();
    };
    document.addEventListener("keydown", pressed);
    return () => document.removeEventListener("keydown", pressed);
  }, [search]);
}

/** Puts the cursor where one writes, except on touch screens, where it would raise the keyboard. */
function useFocusOnOpen(input: RefObject<HTMLTextAreaElement | null>, openId: string | null) {
  const fine = useMedia("(pointer: fine)");
  // biome-ignore lint/correctness/useExhaustiveDependencies: opening another conversation is the occasion.
  useEffect(() => {
    if (fine) input.current?.focus();
  }, [fine, input, openId]);
}
