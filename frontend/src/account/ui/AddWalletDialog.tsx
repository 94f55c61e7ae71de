import { useState } from "react";
import { useStore } from "../../lib/store";
import { Dialog } from "../../ui/Dialog";
import { Notice } from "../../ui/Notice";
import type { DiscoveredWallet } from "../../wallet/discovery";
import { signInProblem } from "../../wallet/sign-in";
import { WalletButton } from "../../wallet/WalletButton";
import type { AccountApp } from "../app";
import { addPayoutWallet, KnownWalletError } from "../payout-wallet";

interface AddWalletDialogProps {
  app: AccountApp;
  known: readonly string[];
  onClose: () => void;
}

/** Another wallet signs that it is to receive the payouts. */
export function AddWalletDialog({ app, known, onClose }: AddWalletDialogProps) {
  const found = useStore(app.wallets);
  const [busy, setBusy] = useState<string | null>(null);
  const [problem, setProblem] = useState<string | null>(null);

  async function use({ id, provider }: DiscoveredWallet) {
    setBusy(id);
    setProblem(null);
    try {
      const site = { host: location.host, origin: location.origin };
      const userId = app.session.me?.user?.id ?? "";
      const api = { ...app.api, ...app.money };
      await addPayoutWallet(api, { provider, userId, known, site });
      await app.payouts.refresh();
      onClose();
    } catch (error) {
      setProblem(
        error instanceof KnownWalletError
          ? "This wallet offers only an account that is in the list already. Select another account in it, then try again."
          : signInProblem(error),
      );
      setBusy(null);
    }
  }
  return (
    <Dialog title="Another wallet" onClose={onClose}>
      <p className="dialog-lead">
        Select the account that is to be paid in its wallet. It signs one message, with no transaction and no
        fee, so that nobody is paid who doesn’t want to be.
      </p>
      <ul className="wallets">
        {found.map((wallet) => (
          <li key={wallet.id}>
            <WalletButton
              testId="payout-wallet-option"
              name={wallet.name}
              icon={wallet.icon}
              waiting={busy === wallet.id}
              disabled={busy !== null}
              onClick={() => void use(wallet)}
            />
          </li>
        ))}
      </ul>
      {found.length === 0 && <p className="dialog-hint">No wallet was found in this browser.</p>}
      {problem !== null && <Notice tone="error">{problem}</Notice>}
    </Dialog>
  );
}
