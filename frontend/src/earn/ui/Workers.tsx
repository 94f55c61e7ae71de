import { useState } from "react";
import { ApiError } from "../../api/request";
import type { WorkerRow } from "../../api/types";
import { money } from "../../lib/money";
import { assertNever } from "../../lib/never";
import { Button, IconButton } from "../../ui/Button";
import { focusOnAppearing } from "../../ui/focus";
import { Notice } from "../../ui/Notice";
import { counted } from "../../ui/words";
import { ago } from "../format";

interface WorkersProps {
  workers: readonly WorkerRow[];
  /** What people call a model; native workers have models that this page doesn't know. */
  nameOf: (modelId: string) => string;
  /** The worker that this tab is, while it runs. */
  thisTab: string | null;
  onPause: (id: string, paused: boolean) => Promise<void>;
  onRemove: (id: string) => Promise<void>;
}

/** All machines of the owner, here and elsewhere. */
export function Workers({ workers, nameOf, thisTab, onPause, onRemove }: WorkersProps) {
  const [busy, setBusy] = useState<string | null>(null);
  const [problem, setProblem] = useState<string | null>(null);

  async function act(id: string, action: Promise<void>) {
    setBusy(id);
    setProblem(null);
    try {
      await action;
    } catch (error) {
      setProblem(error instanceof ApiError ? error.message : "That didn’t work. Try again.");
    }
    setBusy(null);
  }

  return (
    <section className="workers" aria-label="Your machines">
      <h3>Your machines</h3>
      {problem !== null && <Notice tone="error">{problem}</Notice>}
      {workers.length === 0 ? (
        <p className="empty">None yet. Each tab and each native worker of yours will be listed here.</p>
      ) : (
        <ul>
          {workers.map((worker) => (
            <WorkerItem
              key={worker.id}
              worker={worker}
              name={nameOf(worker.model)}
              here={worker.id === thisTab}
              busy={busy === worker.id}
              onPause={() => void act(worker.id, onPause(worker.id, !worker.paused))}
              onRemove={() => void act(worker.id, onRemove(worker.id))}
            />
          ))}
        </ul>
      )}
    </section>
  );
}

interface WorkerItemProps {
  worker: WorkerRow;
  name: string;
  here: boolean;
  busy: boolean;
  onPause: () => void;
  onRemove: () => void;
}

function WorkerItem({ worker, name, here, busy, onPause, onRemove }: WorkerItemProps) {
  const [asking, setAsking] = useState(false);
  return (
    <li className="worker" data-testid="worker-row" data-worker-id={worker.id} data-status={worker.status}>
      <span className="worker-dot" aria-hidden="true" />
      <div className="worker-words">
        <p className="worker-model">
          {name}
          {here && <span className="worker-here">this tab</span>}
        </p>
        <p>
          {statusText(worker)} · {worker.type === "browser" ? "browser" : "native"},{" "}
          {worker.tiers.join(" and ")}
        </p>
        <p>
          {counted(worker.jobs, "answer")} · {money(worker.earned)}
        </p>
      </div>
      {asking ? (
        <div className="worker-acts">
          <Button
            ref={focusOnAppearing}
            look="danger"
            data-testid="confirm-remove"
            disabled={busy}
            onClick={onRemove}
          >
            Remove
          </Button>
          <Button look="quiet" onClick={() => setAsking(false)}>
            Keep
          </Button>
        </div>
      ) : (
        <div className="worker-acts">
          <IconButton
            icon={worker.paused ? "play" : "pause"}
            label={`${worker.paused ? "Resume" : "Pause"} ${name}`}
            data-testid={worker.paused ? "resume-worker" : "pause-worker"}
            disabled={busy}
            onClick={onPause}
          />
          <IconButton
            icon="trash"
            label={`Remove ${name}`}
            data-testid="remove-worker"
            disabled={busy}
            onClick={() => setAsking(true)}
          />
        </div>
      )}
    </li>
  );
}

function statusText(worker: WorkerRow): string {
  switch (worker.status) {
    case "busy":
      return "Answering";
    case "waiting":
      return "Waiting";
    case "paused":
      return "Paused";
    case "offline":
      if (worker.lastSeenAt === null) return "Not started yet";
      return `${worker.paused ? "Paused, offline" : "Offline"}, seen ${ago(worker.lastSeenAt, new Date())}`;
    default:
      return assertNever(worker.status);
  }
}
