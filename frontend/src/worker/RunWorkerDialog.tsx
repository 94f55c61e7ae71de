import { useState } from "react";
import type { Api } from "../api/api";
import { ApiError } from "../api/request";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { Notice } from "../ui/Notice";
import { workerCommand } from "./command";

interface RunWorkerDialogProps {
  api: Pick<Api, "createWorkerKey">;
  development: boolean;
  onClose: () => void;
}

/** Makes an API key and shows the command that starts a native worker with it. */
export function RunWorkerDialog({ api, development, onClose }: RunWorkerDialogProps) {
  const [key, setKey] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const [copied, setCopied] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);

  async function make() {
    setBusy(true);
    setProblem(null);
    try {
      setKey((await api.createWorkerKey("ashao-worker")).key);
    } catch (error) {
      setProblem(error instanceof ApiError ? error.message : "That didn’t work. Try again.");
    }
    setBusy(false);
  }

  return (
    <Dialog title="Run a worker" onClose={onClose}>
      <p className="dialog-lead">
        Your machine answers other people’s questions with a model that you run, and earns you 70 % of what
        they pay.
      </p>
      {key === null ? (
        <Button look="primary" data-testid="make-key" disabled={busy} onClick={() => void make()}>
          Make a key
        </Button>
      ) : (
        <>
          <p>
            Run this in a terminal. The key is shown this once. All it can do is run workers for you: it reads
            none of your conversations and spends nothing.
          </p>
          <textarea
            className="command"
            data-testid="worker-command"
            aria-label="Command"
            readOnly
            rows={8}
            value={workerCommand({ key, origin: location.origin })}
            onFocus={(event) => event.target.select()}
          />
          <Button
            onClick={() =>
              void navigator.clipboard
                .writeText(workerCommand({ key, origin: location.origin }))
                .then(() => setCopied(true))
                .catch(() => setCopied(false))
            }
          >
            {copied ? "Copied" : "Copy"}
          </Button>
          <p className="dialog-hint">
            It works with Ollama, llama.cpp, vLLM and LM Studio: change the address and the model.
            {development &&
              " Without any of them, “.venv/bin/python -m workers.providers.demo_server” is one to try it with."}{" "}
            Your own questions go to other people’s machines, never to yours: ask from another account to see
            it serve.
          </p>
        </>
      )}
      {problem !== null && <Notice tone="error">{problem}</Notice>}
    </Dialog>
  );
}
