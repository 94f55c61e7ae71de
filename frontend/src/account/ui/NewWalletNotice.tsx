import { useState } from "react";
import { sentenceOf } from "../../api/feed";
import type { NewPayoutWallet } from "../../api/money";
import { dateTime } from "../../money/dates";
import { Button } from "../../ui/Button";
import { Notice } from "../../ui/Notice";
import { shortWallet } from "../../ui/words";
import type { AccountApp } from "../app";

/** A wallet was added that can be paid soon: whoever didn't want it takes it away. */
export function NewWalletNotice({ app, added }: { app: AccountApp; added: NewPayoutWallet }) {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  async function cancel() {
    setBusy(true);
    setProblem(null);
    try {
      await app.money.removePayoutWallet(added.wallet);
    } catch (error) {
      setProblem(sentenceOf(error));
    }
    await app.payouts.refresh();
    setBusy(false);
  }
  return (
    <div data-testid="new-wallet-notice">
      <Notice
        tone="note"
        actions={
          <Button data-testid="cancel-new-wallet" disabled={busy} onClick={() => void cancel()}>
            Cancel it
          </Button>
        }
      >
        From {dateTime(added.usableAt)} on, your payouts can go to {shortWallet(added.wallet)}. If you didn’t
        add it, cancel it, and sign out everywhere under{" "}
        <a className="plain-link" href="#sessions">
          Where you are signed in
        </a>
        .
      </Notice>
      {problem !== null && <Notice tone="error">{problem}</Notice>}
    </div>
  );
}
