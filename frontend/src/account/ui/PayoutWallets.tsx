import { useState } from "react";
import { sentenceOf } from "../../api/feed";
import type { Payouts } from "../../api/money";
import { dateTime } from "../../money/dates";
import { Button, IconButton } from "../../ui/Button";
import { focusOnAppearing } from "../../ui/focus";
import { Notice } from "../../ui/Notice";
import { shortWallet } from "../../ui/words";
import type { AccountApp } from "../app";
import { AddWalletDialog } from "./AddWalletDialog";

/** The wallets that payouts can go to: one's own, and those that signed for it. */
export function PayoutWallets({ app, payouts }: { app: AccountApp; payouts: Payouts }) {
  const [adding, setAdding] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const [own, ...others] = payouts.wallets;

  async function remove(wallet: string) {
    setProblem(null);
    try {
      await app.money.removePayoutWallet(wallet);
    } catch (error) {
      setProblem(sentenceOf(error));
    }
    await app.payouts.refresh();
  }
  return (
    <section className="payout-wallets" aria-label="Wallets for payouts">
      <ul className="rows">
        {own !== undefined && (
          <li className="row wallet-row">
            <span className="row-main" title={own}>
              {shortWallet(own)}
            </span>
            <span className="row-side row-soft">yours</span>
          </li>
        )}
        {others.map((wallet) => (
          <OtherWallet key={wallet} wallet={wallet} onRemove={() => remove(wallet)} />
        ))}
        {payouts.newWallets.map(({ wallet, usableAt }) => (
          <OtherWallet key={wallet} wallet={wallet} usableAt={usableAt} onRemove={() => remove(wallet)} />
        ))}
      </ul>
      {problem !== null && <Notice tone="error">{problem}</Notice>}
      <Button look="quiet" className="more" data-testid="add-wallet" onClick={() => setAdding(true)}>
        Be paid to another wallet
      </Button>
      {adding && (
        <AddWalletDialog
          app={app}
          known={[...payouts.wallets, ...payouts.newWallets.map(({ wallet }) => wallet)]}
          onClose={() => setAdding(false)}
        />
      )}
    </section>
  );
}

interface OtherWalletProps {
  wallet: string;
  /** Of one that can't be paid yet. */
  usableAt?: string;
  onRemove: () => Promise<void>;
}

function OtherWallet({ wallet, usableAt, onRemove }: OtherWalletProps) {
  const [asking, setAsking] = useState(false);
  const [busy, setBusy] = useState(false);
  async function remove() {
    setBusy(true);
    await onRemove();
    setBusy(false);
    setAsking(false);
  }
  return (
    <li className="row wallet-row" data-testid="payout-wallet-row">
      <span className="row-main" title={wallet}>
        {shortWallet(wallet)}
        {usableAt !== undefined && (
          <span className="row-soft" data-testid="wallet-usable-at">
            {" "}
            from {dateTime(usableAt)} on
          </span>
        )}
      </span>
      <span className="row-side">
        {asking ? (
          <>
            <Button
              ref={focusOnAppearing}
              look="danger"
              data-testid="confirm-remove-wallet"
              disabled={busy}
              onClick={() => void remove()}
            >
              Remove
            </Button>
            <Button look="quiet" onClick={() => setAsking(false)}>
              Keep
            </Button>
          </>
        ) : (
          <IconButton
            icon="trash"
            label={`Remove ${shortWallet(wallet)}`}
            data-testid="remove-wallet"
            onClick={() => setAsking(true)}
          />
        )}
      </span>
    </li>
  );
}
