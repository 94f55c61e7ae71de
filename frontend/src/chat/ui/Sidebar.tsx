import { useState } from "react";
import type { ConversationSummary, User } from "../../api/types";
import { Button, IconButton } from "../../ui/Button";
import { focusOnAppearing } from "../../ui/focus";
import { Icon } from "../../ui/Icon";
import { shortWallet } from "../../ui/words";
import { groupByAge, type HistoryState } from "../history";

export interface SidebarProps {
  history: HistoryState;
  openId: string | null;
  user: User | null;
  onOpen: (id: string) => void;
  onNew: () => void;
  onDelete: (id: string) => void;
  onMore: () => void;
  onReload: () => void;
  onSignOut: () => void;
}

/** The list of conversations, beside the chat or in the drawer. */
export function Sidebar(props: SidebarProps) {
  return (
    <div className="sidebar">
      <Button className="new-chat" data-testid="new-chat" onClick={props.onNew}>
        <Icon name="plus" /> New chat
      </Button>
      <nav className="conversations" aria-label="Conversations">
        <ConversationList {...props} />
      </nav>
      {props.user !== null && (
        <div className="account">
          <a className="button button-plain run-worker" data-testid="earn-link" href="/earn">
            Run a worker
          </a>
          <span title={props.user.wallet}>{shortWallet(props.user.wallet)}</span>
          <Button look="quiet" data-testid="sign-out" onClick={props.onSignOut}>
            Sign out
          </Button>
        </div>
      )}
    </div>
  );
}

function ConversationList({ history, openId, onOpen, onDelete, onMore, onReload }: SidebarProps) {
  if (history.phase === "failed" && history.items.length === 0) {
    return (
      <div className="conversations-note">
        <p>Your conversations couldn’t be loaded.</p>
        <Button onClick={onReload}>Try again</Button>
      </div>
    );
  }
  if (history.items.length === 0) {
    const empty = history.phase === "loading" ? "Loading…" : "Your conversations will be listed here.";
    return <p className="conversations-note">{empty}</p>;
  }
  return (
    <>
      {groupByAge(history.items, new Date()).map((group) => (
        <section key={group.age}>
          <h2>{group.age}</h2>
          <ul>
            {group.items.map((item) => (
              <ConversationItem
                key={item.id}
                item={item}
                open={item.id === openId}
                onOpen={onOpen}
                onDelete={onDelete}
              />
            ))}
          </ul>
        </section>
      ))}
      {history.next !== null && (
        <Button look="quiet" onClick={onMore}>
          Show more
        </Button>
      )}
    </>
  );
}

interface ConversationItemProps extends Pick<SidebarProps, "onOpen" | "onDelete"> {
  item: ConversationSummary;
  open: boolean;
}

function ConversationItem({ item, open, onOpen, onDelete }: ConversationItemProps) {
  const [asking, setAsking] = useState(false);
  const title = item.title === "" ? "Untitled" : item.title;
  if (asking) {
    return (
      <li className="conversation conversation-asking">
        <span className="conversation-title">{title}</span>
        <Button
          ref={focusOnAppearing}
          look="danger"
          data-testid="confirm-delete"
          onClick={() => onDelete(item.id)}
        >
          Delete
        </Button>
        <Button look="quiet" onClick={() => setAsking(false)}>
          Keep
        </Button>
      </li>
    );
  }
  return (
    <li className="conversation" data-open={open}>
      <a
        className="conversation-title"
        data-testid="conversation-item"
        href={`/c/${item.id}`}
        aria-current={open ? "page" : undefined}
        onClick={(event) => {
          if (event.metaKey || event.ctrlKey || event.shiftKey) return; // A new tab is the browser's job.
          event.preventDefault();
          onOpen(item.id);
        }}
      >
        {title}
      </a>
      <IconButton
        icon="trash"
        label={`Delete ${title}`}
        data-testid="delete-conversation"
        className="conversation-delete"
        onClick={() => setAsking(true)}
      />
    </li>
  );
}
