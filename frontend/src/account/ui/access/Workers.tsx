import { type FormEvent, type KeyboardEvent, useState } from "react";
import type { WorkerRow } from "../../../api/types";
import { Button, IconButton } from "../../../ui/Button";
import { focusOnAppearing } from "../../../ui/focus";
import type { Access } from "../../access";
import { workerName, workerSeen, workerWords } from "../../access-words";
import type { AccountApp } from "../../app";
import { useChange, useFeed } from "./hooks";
import { NewWorkerDialog, WORKER_NAME_MAX_CHARS } from "./NewWorkerDialog";
import { RowActs } from "./RowActs";
import { focusTitle, Section } from "./Section";

interface WorkersProps {
  app: AccountApp;
  access: Access;
}

/** The machines that answer for the person, and their tokens. */
export function Workers({ app, access }: WorkersProps) {
  const { api, workers: feed } = access;
  const state = useFeed(feed);
  const { busy, problem, change } = useChange();
  const [making, setMaking] = useState(false);

  async function act(id: string, call: () => Promise<unknown>): Promise<boolean> {
    const done = await change(id, call);
    await feed.refresh();
    return done;
  }
  async function remove(id: string) {
    if (await act(id, () => api.removeWorker(id))) focusTitle("workers");
  }
  return (
    <>
      <Section
        title="Workers"
        testId="workers"
        what="Your workers"
        feed={feed}
        state={state}
        problem={problem}
        action={
          <Button data-testid="new-worker" onClick={() => setMaking(true)}>
            New worker token
          </Button>
        }
        lead={
          <>
            Each browser tab and each machine that answers for you has a token of its own. One that is removed
            is refused at once; what it has earned stays yours.{" "}
            <a className="plain-link" href="/earn">
              What they earn
            </a>
          </>
        }
      >
        {({ workers }) => (
          <>
            {workers.length === 0 && (
              <p className="empty">
                No workers yet. Start one in this browser on the Earn page, or make a token for a machine.
              </p>
            )}
            <ul className="rows">
              {workers.map((worker) => (
                <WorkerItem
                  key={worker.id}
                  worker={worker}
                  busy={busy === worker.id}
                  onRename={(name) => act(worker.id, () => api.renameWorker(worker.id, name))}
                  onRemove={() => void remove(worker.id)}
                />
              ))}
            </ul>
          </>
        )}
      </Section>
      {making && (
        <NewWorkerDialog
          app={app}
          access={access}
          onMade={() => feed.refresh()}
          onClose={() => setMaking(false)}
        />
      )}
    </>
  );
}

interface WorkerItemProps {
  worker: WorkerRow;
  busy: boolean;
  onRename: (name: string) => Promise<boolean>;
  onRemove: () => void;
}

function WorkerItem({ worker, busy, onRename, onRemove }: WorkerItemProps) {
  const [renaming, setRenaming] = useState(false);
  const [renamed, setRenamed] = useState(false);
  const name = workerName(worker);
  if (renaming) {
    return (
      <li className="row access-row" data-testid="account-worker">
        <Rename
          worker={worker}
          busy={busy}
          onRename={onRename}
          onClose={() => {
            setRenaming(false);
            setRenamed(true);
          }}
        />
      </li>
    );
  }
  return (
    <li className="row access-row" data-testid="account-worker">
      <div>
        <p className="row-main">{name}</p>
        <p className="row-side">{workerWords(worker)}</p>
        <p className="row-side">
          <span className="worker-lamp" data-status={worker.status} aria-hidden="true" />
          {workerSeen(worker, new Date())}
        </p>
      </div>
      <RowActs word="Remove" about={name} testId="remove-account-worker" busy={busy} onAct={onRemove}>
        <IconButton
          ref={renamed ? focusOnAppearing : undefined}
          icon="edit"
          label={`Rename ${name}`}
          data-testid="rename-worker"
          disabled={busy}
          onClick={() => setRenaming(true)}
        />
      </RowActs>
    </li>
  );
}

interface RenameProps extends Pick<WorkerItemProps, "worker" | "busy" | "onRename"> {
  onClose: () => void;
}

function Rename({ worker, busy, onRename, onClose }: RenameProps) {
  const [name, setName] = useState(worker.name);
  async function save(event: FormEvent) {
    event.preventDefault();
    if (name.trim() === worker.name || (await onRename(name.trim()))) onClose();
  }
  function key(event: KeyboardEvent) {
    if (event.key === "Escape") onClose();
  }
  return (
    <form className="worker-rename" onSubmit={(event) => void save(event)}>
      <input
        // biome-ignore lint/a11y/noAutofocus: the button that asked for it is gone.
        autoFocus
        aria-label={`Name of ${workerName(worker)}`}
        data-testid="worker-name"
        autoComplete="off"
        maxLength={WORKER_NAME_MAX_CHARS}
        placeholder={workerName({ ...worker, name: "" })}
        value={name}
        onChange={(event) => setName(event.target.value)}
        onFocus={(event) => event.target.select()}
        onKeyDown={key}
      />
      <Button type="submit" look="primary" data-testid="save-worker-name" disabled={busy}>
        Save
      </Button>
      <Button look="quiet" onClick={onClose}>
        Cancel
      </Button>
    </form>
  );
}
