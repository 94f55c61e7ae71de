import { useState } from "react";
import { useStore } from "../../lib/store";
import { Dialog } from "../../ui/Dialog";
import { Notice } from "../../ui/Notice";
import { shortWallet } from "../../ui/words";
import { signInProblem } from "../../wallet/sign-in";
import { WalletButton } from "../../wallet/WalletButton";
import type { Eip1193Provider } from "../../wallet/wallet";
import type { AccountApp } from "../app";
import {
  KnownWalletError,
  NotOwnWalletError,
  type OtherWallet,
  signAsOther,
  signAsOwn,
} from "../payout-wallet";

interface AddWalletDialogProps {
  app: AccountApp;
  known: readonly string[];
  onClose: () => void;
}

/** Another wallet signs that it is to receive the payouts; then the person's own signs that it agrees. */
export function AddWalletDialog({ app, known, onClose }: AddWalletDialogProps) {
  const found = useStore(app.wallets);
  const [busy, setBusy] = useState<string | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [other, setOther] = useState<OtherWallet | null>(null);
  const own = app.session.me?.user?.wallet || null;
  const signing = { userId: app.session.me?.user?.id ?? "", site: location };

  async function add(signed: OtherWallet, provider: Eip1193Provider | null) {
    const agreed =
      own === null ? null : await signAsOwn(app.api, { ...signing, provider, own, other: signed.address });
    await app.money.addPayoutWallet(signed, agreed);
    await app.payouts.refresh();
    onClose();
  }
  async function use(id: string, provider: Eip1193Provider | null) {
    setBusy(id);
    setProblem(null);
    try {
      if (other !== null) {
        await add(other, provider);
      } else if (provider !== null) {
        const signed = await signAsOther(app.api, { ...signing, provider, known });
        if (own === null) await add(signed, provider);
        else setOther(signed);
      }
    } catch (error) {
      setProblem(problemOf(error));
    }
    setBusy(null);
  }
  return (
    <Dialog title="Another wallet" onClose={onClose}>
      {other === null || own === null ? (
        <p className="dialog-lead">
          Select the account that is to be paid in its wallet. It signs one message, with no transaction and
          no fee, so that nobody is paid who doesn’t want to be. Then your own wallet signs that it agrees.
        </p>
      ) : (
        <p className="dialog-lead" data-testid="own-wallet-step">
          {shortWallet(other.address)} has signed. Now your own wallet, {shortWallet(own)}: it signs that it
          agrees. A day later the new wallet can be paid.
        </p>
      )}
      <ul className="wallets">
        {found.map((wallet) => (
          <li key={wallet.id}>
            <WalletButton
              testId={other === null ? "payout-wallet-option" : "own-wallet-option"}
              name={wallet.name}
              icon={wallet.icon}
              waiting={busy === wallet.id}
              disabled={busy !== null}
              onClick={() => void use(wallet.id, wallet.provider)}
            />
          </li>
        ))}
        {other !== null && app.config.development && (
          <li>
            <WalletButton
              testId="own-dev-wallet"
              name="Development wallet"
              hint="This browser only. Never for real money."
              icon={null}
              waiting={busy === "development"}
              disabled={busy !== null}
              onClick={() => void use("development", null)}
            />
          </li>
        )}
      </ul>
      {found.length === 0 && <p className="dialog-hint">No wallet was found in this browser.</p>}
      {problem !== null && <Notice tone="error">{problem}</Notice>}
    </Dialog>
  );
}

function problemOf(error: unknown): string {
  if (error instanceof KnownWalletError)
    return "This wallet offers only an account that is in the list already. Select another account in it, then try again.";
  if (error instanceof NotOwnWalletError)
    return "This wallet doesn’t hold the account that you sign in with. Select that account in it, or another wallet.";
  return signInProblem(error);
}
