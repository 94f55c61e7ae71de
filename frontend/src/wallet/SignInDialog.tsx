import { useEffect, useState } from "react";
import type { Api } from "../api/api";
import type { Store } from "../lib/store";
import { useStore } from "../lib/store";
import { Dialog } from "../ui/Dialog";
import { Notice } from "../ui/Notice";
import type { DiscoveredWallet } from "./discovery";
import { signIn, signInProblem } from "./sign-in";
import { WalletButton } from "./WalletButton";
import { developmentWallet, injectedWallet, type Wallet } from "./wallet";
import { alongSentence, creditsSentence, guestSentence, type Welcome } from "./welcome";

interface SignInDialogProps {
  api: Pick<Api, "nonce" | "verify" | "welcome">;
  wallets: Store<readonly DiscoveredWallet[]>;
  development: boolean;
  onSignedIn: () => void;
  onClose: () => void;
}

export function SignInDialog(props: SignInDialogProps) {
  const { api, wallets, development, onSignedIn, onClose } = props;
  const found = useStore(wallets);
  const [busy, setBusy] = useState<string | null>(null);
  const [problem, setProblem] = useState<string | null>(null);

  async function use(id: string, wallet: Wallet) {
    setBusy(id);
    setProblem(null);
    try {
      const site = { host: location.host, origin: location.origin };
      await signIn(api, wallet, site);
      onSignedIn();
    } catch (error) {
      setProblem(signInProblem(error));
      setBusy(null);
    }
  }

  return (
    <Dialog title="Sign in" onClose={onClose}>
      <p className="dialog-lead">
        A wallet is an app or an extension of your browser that holds a key of yours. It is your account here:
        it signs one message, with no transaction and no fee, and there is no password.
      </p>
      <ul className="wallets">
        {found.map((wallet) => (
          <li key={wallet.id}>
            <WalletButton
              testId="wallet-option"
              name={wallet.name}
              icon={wallet.icon}
              waiting={busy === wallet.id}
              disabled={busy !== null}
              onClick={() => void use(wallet.id, injectedWallet(wallet.provider))}
            />
          </li>
        ))}
        {development && (
          <li>
            <WalletButton
              testId="dev-wallet"
              name="Development wallet"
              hint="This browser only. Never for real money."
              icon={null}
              waiting={busy === "development"}
              disabled={busy !== null}
              onClick={() => void use("development", developmentWallet())}
            />
          </li>
        )}
      </ul>
      {found.length === 0 && (
        <p className="dialog-hint">
          No wallet was found in this browser. Install one, such as Rabby or MetaMask, then reload this page.
        </p>
      )}
      <WelcomeWords api={api} />
      {problem !== null && <Notice tone="error">{problem}</Notice>}
    </Dialog>
  );
}

/** What the server would give now. Where it can't be asked, nothing is promised. Below what is pressed, which stays. */
function WelcomeWords({ api }: Pick<SignInDialogProps, "api">) {
  const [welcome, setWelcome] = useState<Welcome | null>(null);
  useEffect(() => {
    let shown = true;
    api.welcome().then(
      (answer) => shown && setWelcome(answer),
      () => undefined,
    );
    return () => {
      shown = false;
    };
  }, [api]);
  if (welcome === null) return null;
  const sentences = [creditsSentence(welcome), guestSentence(welcome), alongSentence(welcome)];
  return (
    <div data-testid="welcome">
      {sentences.map((sentence) =>
        sentence === null ? null : (
          <p key={sentence} className="dialog-hint">
            {sentence}
          </p>
        ),
      )}
    </div>
  );
}
