import { type RefObject, useEffect, useRef, useState } from "react";
import { flushSync } from "react-dom";
import { useStore } from "../../lib/store";
import { Header } from "../../site/Header";
import { copyText } from "../../ui/clipboard";
import { Dialog } from "../../ui/Dialog";
import { useMedia } from "../../ui/media";
import { SkipLink } from "../../ui/SkipLink";
import { SignInDialog } from "../../wallet/SignInDialog";
import { type ChatApp, signedIn, signOut } from "../app";
import { Announcer } from "../conversation/ui/Announcer";
import { Conversation } from "../conversation/ui/Conversation";
import { LibraryAnnouncement, Sidebar } from "../library/ui/Sidebar";
import { UndoToast } from "../library/ui/UndoToast";
import { ShortcutsDialog, useShortcuts } from "../shortcuts/Shortcuts";
import { useSide } from "./side";
import { lastAnswer, useConversationTitle } from "./title";

type Over = "sign-in" | "drawer" | "shortcuts" | null;

/** The whole page: header, conversations, the open one, and the dialogs over them. */
export function ChatPage({ app }: { app: ChatApp }) {
  const session = useStore(app.session.store);
  const state = useStore(app.chat.store);
  const network = useStore(app.live.network);
  const [over, setOver] = useState<Over>(null);
  const side = useSide(() => setOver((now) => (now === "drawer" ? null : "drawer")));
  const input = useRef<HTMLTextAreaElement>(null);
  const search = useRef<HTMLInputElement>(null);
  const [said, say] = useState("");
  const title = useConversationTitle(app, state);
  useFocusOnOpen(input, state.conversationId);

  const me = session.phase === "ready" ? session.me : null;
  const close = () => setOver(null);
  const open = (id: string | null, messageId?: string | null) => {
    app.chat.open(id, messageId);
    if (over === "drawer") close();
  };
  useShortcuts(
    {
      "new-chat": () => {
        open(null);
        input.current?.focus();
      },
      search: () => {
        if (search.current === null) flushSync(side.toggle);
        search.current?.focus();
        search.current?.select();
      },
      conversations: side.toggle,
      write: () => input.current?.focus(),
      stop: () => void app.chat.stop(),
      "copy-answer": () => void copyLast(app).then(say),
      help: () => setOver("shortcuts"),
    },
    input,
  );
  const sidebar = (
    <Sidebar
      library={app.library}
      openId={state.conversationId}
      user={me?.user ?? null}
      searchRef={search}
      onOpen={open}
      onSignOut={() => void leave(app).then(close)}
      onShortcuts={() => setOver("shortcuts")}
    />
  );
  const sidebarShown = side.beside || over === "drawer";

  return (
    <div className="page" data-side={side.beside}>
      <SkipLink to="main" onSkip={() => input.current?.focus()}>
        Skip to your message
      </SkipLink>
      <Header
        page="chat"
        me={me}
        network={network}
        onMenu={side.toggle}
        menuOpen={sidebarShown}
        onHome={() => open(null)}
        onSignIn={() => setOver("sign-in")}
      />
      {side.beside && (
        <aside className="side" aria-label="Conversations and account">
          {sidebar}
        </aside>
      )}
      <Conversation
        app={app}
        state={state}
        title={title}
        session={session}
        network={network}
        inputRef={input}
        onSignIn={() => setOver("sign-in")}
      />
      {!sidebarShown && (
        <>
          <UndoToast library={app.library} />
          <LibraryAnnouncement library={app.library} />
        </>
      )}
      {over === "drawer" && !side.wide && (
        <Dialog title="Conversations" kind="side" onClose={close}>
          {sidebar}
        </Dialog>
      )}
      {over === "shortcuts" && <ShortcutsDialog onClose={close} />}
      {over === "sign-in" && (
        <SignInDialog
          api={app.api}
          wallets={app.wallets}
          development={app.config.development}
          onClose={close}
          onSignedIn={() => {
            signedIn(app);
            // The button that asked for it is about to go.
            flushSync(close);
            input.current?.focus();
          }}
        />
      )}
      <Announcer state={state} said={said} onOver={() => say("")} />
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

async function copyLast(app: ChatApp): Promise<string> {
  const answer = lastAnswer(app.chat.store.get().messages);
  if (answer === null) return "There is no answer to copy yet.";
  return (await copyText(answer.content)) ? "Answer copied." : "Couldn’t copy.";
}

/** Puts the cursor where one writes, except on touch screens, where it would raise the keyboard. */
function useFocusOnOpen(input: RefObject<HTMLTextAreaElement | null>, openId: string | null) {
  const fine = useMedia("(pointer: fine)");
  // biome-ignore lint/correctness/useExhaustiveDependencies: opening another conversation is the occasion.
  useEffect(() => {
    if (fine) input.current?.focus();
  }, [fine, input, openId]);
}
