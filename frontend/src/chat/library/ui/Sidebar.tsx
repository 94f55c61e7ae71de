import { type Ref, useRef, useState } from "react";
import { exportLink } from "../../../api/api";
import type { User } from "../../../api/types";
import { useStore } from "../../../lib/store";
import { Button } from "../../../ui/Button";
import { Icon } from "../../../ui/Icon";
import { Menu, MenuButton, MenuDownload } from "../../../ui/Menu";
import { Notice } from "../../../ui/Notice";
import { shortWallet } from "../../../ui/words";
import type { Library } from "../library";
import { ConversationList } from "./ConversationList";
import { DeleteAllDialog } from "./ConversationsDelete";
import { SearchBox } from "./SearchBox";
import { SearchHits } from "./SearchHits";
import { UndoToast } from "./UndoToast";

export interface SidebarProps {
  library: Library;
  openId: string | null;
  user: User | null;
  searchRef: Ref<HTMLInputElement>;
  onOpen: (id: string | null, messageId?: string | null) => void;
  onSignOut: () => void;
  onShortcuts: () => void;
}

/** The conversations, beside the chat or in the drawer. */
export function Sidebar({ library, openId, user, searchRef, onOpen, ...foot }: SidebarProps) {
  const list = useRef<HTMLElement>(null);
  const { phase } = useStore(library.search.store);
  return (
    <div className="sidebar">
      <div className="sidebar-top">
        <Button className="new-chat" data-testid="new-chat" onClick={() => onOpen(null)}>
          <Icon name="plus" /> New chat
        </Button>
        <AllMenu library={library} />
        <SearchBox search={library.search} inputRef={searchRef} list={list} onOpen={onOpen} />
      </div>
      <nav className="conversations" aria-label="Conversations" ref={list}>
        {phase === "idle" ? (
          <ConversationList library={library} openId={openId} onOpen={onOpen} />
        ) : (
          <SearchHits library={library} openId={openId} onOpen={onOpen} />
        )}
      </nav>
      <LibraryProblem library={library} />
      <UndoToast library={library} />
      <Foot user={user} {...foot} />
      <LibraryAnnouncement library={library} />
    </div>
  );
}

export function LibraryAnnouncement({ library }: { library: Library }) {
  const { announcement } = useStore(library.store);
  return (
    <p className="visually-hidden" aria-live="polite" data-testid="library-announcement">
      {announcement}
    </p>
  );
}

/** What can be done with all of them. */
function AllMenu({ library }: { library: Library }) {
  const { items } = useStore(library.history.store);
  const [asking, setAsking] = useState(false);
  return (
    <>
      <Menu label="All conversations" testId="all-menu" disabled={items.length === 0}>
        <MenuDownload icon="download" testId="export-all-markdown" href={exportLink(null, "markdown")}>
          Export all as Markdown
        </MenuDownload>
        <MenuDownload icon="download" testId="export-all-json" href={exportLink(null, "json")}>
          Export all as JSON
        </MenuDownload>
        <MenuButton icon="trash" testId="delete-all" danger onClick={() => setAsking(true)}>
          Delete all conversations…
        </MenuButton>
      </Menu>
      {asking && <DeleteAllDialog library={library} onClose={() => setAsking(false)} />}
    </>
  );
}

function LibraryProblem({ library }: { library: Library }) {
  const { problem } = useStore(library.store);
  if (problem === null) return null;
  const dismiss = (
    <Button look="quiet" onClick={() => library.dismissProblem()}>
      Dismiss
    </Button>
  );
  return (
    <Notice tone="error" actions={dismiss}>
      {problem}
    </Notice>
  );
}

type FootProps = Pick<SidebarProps, "user" | "onSignOut" | "onShortcuts">;

function Foot({ user, onSignOut, onShortcuts }: FootProps) {
  const shortcuts = (
    <Button
      look="quiet"
      className={user === null ? "shortcuts-button" : "shortcuts-button icon-button"}
      data-testid="shortcuts-button"
      title="Keyboard shortcuts"
      aria-label="Keyboard shortcuts"
      onClick={onShortcuts}
    >
      <Icon name="keyboard" /> {user === null && "Keyboard shortcuts"}
    </Button>
  );
  if (user === null) return <div className="side-foot side-foot-guest">{shortcuts}</div>;
  return (
    <div className="side-foot">
      <a className="button button-plain run-worker" data-testid="earn-link" href="/earn">
        Run a worker
      </a>
      {shortcuts}
      <span className="side-wallet" title={user.wallet}>
        {shortWallet(user.wallet)}
      </span>
      <Button look="quiet" data-testid="sign-out" onClick={onSignOut}>
        Sign out
      </Button>
    </div>
  );
}
