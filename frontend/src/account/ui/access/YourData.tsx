import { type FormEvent, useState } from "react";
import { DELETE_CONFIRMATION, EXPORT_LINK } from "../../../api/account";
import { Button } from "../../../ui/Button";
import { Dialog } from "../../../ui/Dialog";
import { Icon } from "../../../ui/Icon";
import { Notice } from "../../../ui/Notice";
import { type Access, forgetHere } from "../../access";
import type { AccountApp } from "../../app";
import { useChange } from "./hooks";
import { TextField } from "./TextField";

interface YourDataProps {
  app: AccountApp;
  access: Access;
}

/** All that is held of the person: to take along, and to delete. */
export function YourData({ app, access }: YourDataProps) {
  const [asking, setAsking] = useState(false);
  return (
    <section className="access" aria-labelledby="data-title" data-testid="data">
      <header className="section-head">
        <h2 id="data-title">Your data</h2>
      </header>
      <p className="access-lead">
        ashao knows you by your wallet. Beside it, it holds what you wrote, what you were answered, and the
        books.
      </p>
      <div className="data-cards">
        <section className="card" aria-labelledby="export-title">
          <h3 id="export-title">Take it along</h3>
          <p className="card-hint">
            One JSON file: conversations, the statement, deposits and payouts, workers, the names of your
            keys, and where you are signed in. No secret is in it.
          </p>
          <a className="button" href={EXPORT_LINK} download data-testid="export-account">
            <Icon name="download" /> Download everything
          </a>
        </section>
        <section className="card" aria-labelledby="delete-title">
          <h3 id="delete-title">Delete it</h3>
          <p className="card-hint">
            Conversations, API keys, workers, payout wallets and sessions go, at once and for good. Your
            balance stays with your wallet.
          </p>
          <Button look="danger" data-testid="delete-account-data" onClick={() => setAsking(true)}>
            <Icon name="trash" /> Delete everything…
          </Button>
        </section>
      </div>
      {asking && <DeleteDialog app={app} access={access} onClose={() => setAsking(false)} />}
    </section>
  );
}

function DeleteDialog({ app, access, onClose }: YourDataProps & { onClose: () => void }) {
  const [typed, setTyped] = useState("");
  const { busy, problem, change } = useChange();
  const sure = typed.trim().toLowerCase() === DELETE_CONFIRMATION;

  async function confirm(event: FormEvent) {
    event.preventDefault();
    if (!sure || !(await change("all", () => access.api.deleteEverything()))) return;
    forgetHere(window);
    app.emptied.set(true);
    await app.session.refresh();
    app.live.connect();
    app.chat.signedOut();
  }
  return (
    <Dialog title="Delete everything?" onClose={onClose}>
      <form className="access-form" onSubmit={(event) => void confirm(event)}>
        <p>
          <b>Goes, and can’t be brought back:</b> every conversation, every API key, every worker and its
          token, wallets for payouts, and every session, this one too. Answers that are being written are
          stopped.
        </p>
        <p>
          <b>Stays:</b> the entries of the books, amounts and times, because money can’t be accounted for
          without them, and the wallet that they belong to. Sign in with it again, and your balance is there.
        </p>
        <TextField
          label={`Type “${DELETE_CONFIRMATION}”`}
          testId="confirm-words"
          value={typed}
          onChange={setTyped}
          maxLength={40}
        />
        {problem !== null && <Notice tone="error">{problem}</Notice>}
        <Button
          type="submit"
          look="danger"
          className="wide-button"
          data-testid="confirm-delete-account-data"
          disabled={!sure || busy !== null}
        >
          {busy === null ? "Delete everything" : "Deleting…"}
        </Button>
      </form>
    </Dialog>
  );
}
