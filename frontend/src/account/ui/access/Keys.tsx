import { type FormEvent, useState } from "react";
import type { ApiKey, KeyScope } from "../../../api/account";
import { Button } from "../../../ui/Button";
import { Dialog } from "../../../ui/Dialog";
import { Notice } from "../../../ui/Notice";
import type { Access } from "../../access";
import { keyWords, SCOPES, scopesWords, scopeWords } from "../../access-words";
import type { AccountApp } from "../../app";
import { useChange, useFeed, useShownOnce } from "./hooks";
import { RowActs } from "./RowActs";
import { focusTitle, Section } from "./Section";
import { ShownOnce } from "./ShownOnce";
import { TextField } from "./TextField";

const NAME_MAX_CHARS = 80;

interface KeysProps {
  app: AccountApp;
  access: Access;
}

/** With what programs act for the person. */
export function Keys({ app, access }: KeysProps) {
  const { api, keys: feed } = access;
  const state = useFeed(feed);
  const { busy, problem, change } = useChange();
  const [making, setMaking] = useState(false);

  async function revoke({ id }: ApiKey) {
    const done = await change(id, () => api.revokeKey(id));
    await feed.refresh();
    if (done) focusTitle("keys");
  }
  return (
    <>
      <Section
        title="API keys"
        testId="keys"
        what="Your keys"
        feed={feed}
        state={state}
        problem={problem}
        action={
          <Button data-testid="new-key" onClick={() => setMaking(true)}>
            New key
          </Button>
        }
        lead={
          <>
            A program that has a key acts for you, as far as the key goes. None moves money, makes or ends
            keys, deletes everything or sees where you are signed in.{" "}
            <a className="plain-link" href="/docs/chat-api">
              How to use one
            </a>
          </>
        }
      >
        {({ keys }) => (
          <>
            {keys.length === 0 && (
              <p className="empty">
                No keys yet. Make one for each program, so that each can be ended alone.
              </p>
            )}
            <ul className="rows">
              {keys.map((key) => (
                <li key={key.id} className="row access-row" data-testid="key-row">
                  <div>
                    <p className="row-main">{key.name}</p>
                    <p className="row-side" data-testid="key-scopes">
                      {scopesWords(key.scopes)}
                    </p>
                    <p className="row-side">{keyWords(key, new Date())}</p>
                  </div>
                  <RowActs
                    word="Revoke"
                    about={key.name}
                    testId="revoke-key"
                    busy={busy === key.id}
                    onAct={() => void revoke(key)}
                  />
                </li>
              ))}
            </ul>
          </>
        )}
      </Section>
      {making && (
        <NewKeyDialog
          app={app}
          access={access}
          onMade={() => feed.refresh()}
          onClose={() => setMaking(false)}
        />
      )}
    </>
  );
}

interface NewKeyDialogProps extends KeysProps {
  onMade: () => Promise<void>;
  onClose: () => void;
}

function NewKeyDialog({ app, access, onMade, onClose }: NewKeyDialogProps) {
  const [name, setName] = useState("");
  const [scopes, setScopes] = useState<readonly KeyScope[]>(["chat", "read"]);
  const [secret, setSecret] = useState<string | null>(null);
  const { busy, problem, change } = useChange();
  const once = useShownOnce({ view: app.view, secret, onClose });

  function make(event: FormEvent) {
    event.preventDefault();
    void change("new", async () => {
      setSecret((await access.api.createKey(name.trim(), [...scopes])).key);
      await onMade();
    });
  }
  return (
    <Dialog title={secret === null ? "New API key" : name.trim()} onClose={once.close}>
      {secret === null ? (
        <form className="access-form" onSubmit={make}>
          <TextField
            label="Name"
            testId="key-name"
            value={name}
            onChange={setName}
            maxLength={NAME_MAX_CHARS}
            placeholder="Backup script"
            hint="What will use it: by this name you will know it again."
            required
          />
          <ScopeChoice scopes={scopes} onChange={setScopes} />
          {problem !== null && <Notice tone="error">{problem}</Notice>}
          <Button
            type="submit"
            look="primary"
            className="wide-button"
            data-testid="make-key"
            disabled={busy !== null || name.trim() === "" || scopes.length === 0}
          >
            Make the key
          </Button>
        </form>
      ) : (
        <ShownOnce
          what="key"
          secret={secret}
          warned={once.warned}
          onKeep={once.keep}
          onClose={once.close}
          onLose={onClose}
        />
      )}
    </Dialog>
  );
}

interface ScopeChoiceProps {
  scopes: readonly KeyScope[];
  onChange: (scopes: readonly KeyScope[]) => void;
}

function ScopeChoice({ scopes, onChange }: ScopeChoiceProps) {
  function choose(scope: KeyScope, wanted: boolean) {
    onChange(wanted ? [...scopes, scope] : scopes.filter((one) => one !== scope));
  }
  return (
    <fieldset className="scopes">
      <legend>What it may do</legend>
      {SCOPES.map((scope) => {
        const { name, what } = scopeWords(scope);
        return (
          <label key={scope} className="choice">
            <input
              type="checkbox"
              data-testid={`scope-${scope}`}
              checked={scopes.includes(scope)}
              onChange={(event) => choose(scope, event.target.checked)}
            />
            <span>
              <strong>{name}</strong>: it {what}.
            </span>
          </label>
        );
      })}
      {scopes.length === 0 && <p className="field-hint">Choose at least one.</p>}
    </fieldset>
  );
}
