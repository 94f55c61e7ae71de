import { type FormEvent, useState } from "react";
import { Button } from "../../../ui/Button";
import { Dialog } from "../../../ui/Dialog";
import { Notice } from "../../../ui/Notice";
import type { Access } from "../../access";
import { tokenCommand } from "../../access-words";
import type { AccountApp } from "../../app";
import { useChange, useShownOnce } from "./hooks";
import { Copied, ShownOnce } from "./ShownOnce";
import { TextField } from "./TextField";

export const WORKER_NAME_MAX_CHARS = 80;
const MODEL_MAX_CHARS = 200;

interface NewWorkerDialogProps {
  app: AccountApp;
  access: Access;
  onMade: () => Promise<void>;
  onClose: () => void;
}

/** Makes a worker for a machine, and shows its token with the command that starts it. */
export function NewWorkerDialog({ app, access, onMade, onClose }: NewWorkerDialogProps) {
  const [name, setName] = useState("");
  const [model, setModel] = useState("");
  const [secret, setSecret] = useState<string | null>(null);
  const { busy, problem, change } = useChange();
  const once = useShownOnce({ view: app.view, secret, onClose });

  function make(event: FormEvent) {
    event.preventDefault();
    void change("new", async () => {
      const worker = { name: name.trim(), model: model.trim() };
      setSecret((await access.api.createWorker(worker)).workerToken);
      await onMade();
    });
  }
  return (
    <Dialog
      title={secret === null ? "New worker token" : name.trim() || "The new worker"}
      onClose={once.close}
    >
      {secret === null ? (
        <form className="access-form" onSubmit={make}>
          <TextField
            label="Name"
            testId="new-worker-name"
            value={name}
            onChange={setName}
            maxLength={WORKER_NAME_MAX_CHARS}
            placeholder="The tower under the desk"
            hint="For you alone. It may stay empty."
          />
          <TextField
            label="Model"
            testId="new-worker-model"
            value={model}
            onChange={setModel}
            maxLength={MODEL_MAX_CHARS}
            placeholder="llama3.2"
            hint="As the model server on that machine calls it. Receipts say it to who asked."
            required
          />
          {problem !== null && <Notice tone="error">{problem}</Notice>}
          <Button
            type="submit"
            look="primary"
            className="wide-button"
            data-testid="make-worker"
            disabled={busy !== null || model.trim() === ""}
          >
            Make the token
          </Button>
        </form>
      ) : (
        <ShownOnce
          what="token"
          secret={secret}
          warned={once.warned}
          onKeep={once.keep}
          onClose={once.close}
          onLose={onClose}
        >
          <Copied
            what="command"
            label="Or the whole command, for a terminal of that machine"
            testId="worker-command"
            text={tokenCommand({ token: secret, model: model.trim(), origin: location.origin })}
            onCopied={once.keep}
            rows={7}
          />
        </ShownOnce>
      )}
    </Dialog>
  );
}
