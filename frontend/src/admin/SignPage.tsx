import { money } from "../lib/money";
import { assertNever } from "../lib/never";
import { type Readable, useStore } from "../lib/store";
import type { DiscoveredWallet } from "../wallet/discovery";
import type { ItemState, RunState, Signing } from "./signing";
import type { Signable, SignConfig } from "./types";

interface SignPageProps {
  config: SignConfig;
  signing: Signing;
  wallets: Readable<readonly DiscoveredWallet[]>;
}

/** The list of what is to be signed, and the wallets that can. */
export function SignPage({ config, signing, wallets }: SignPageProps) {
  const { run, items } = useStore(signing.state);
  const left = signing.left();
  const total = config.payouts.reduce((sum, { amount }) => sum + amount, 0);
  return (
    <div className="sign">
      <p>
        {config.payouts.length === 1 ? "One payout" : `${config.payouts.length} payouts`},{" "}
        <strong>{money(total)}</strong> in all, out of the treasury <code>{config.treasury}</code> on{" "}
        {config.chainName}. Your wallet asks for each of them: compare the address and the amount there.
      </p>
      <ul className="sign-list">
        {config.payouts.map((payout) => (
          <Row key={payout.id} payout={payout} state={items[payout.id] ?? { step: "waiting" }} />
        ))}
      </ul>
      <RunNotice run={run} left={left.length} config={config} />
      {left.length > 0 && <Wallets wallets={wallets} busy={run.step === "running"} signing={signing} />}
    </div>
  );
}

function Row({ payout, state }: { payout: Signable; state: ItemState }) {
  return (
    <li data-testid="signable">
      <span className="sign-amount">{money(payout.amount)}</span>
      <span className="sign-to">
        <code>{payout.wallet}</code>
        <small>
          {payout.payee} · {payout.id}
        </small>
      </span>
      <span className={`sign-state sign-${state.step}`} data-testid="sign-state" aria-live="polite">
        {itemWords(state)}
      </span>
    </li>
  );
}

function itemWords(state: ItemState): string {
  switch (state.step) {
    case "waiting":
      return "Not signed";
    case "asking":
      return "Look at your wallet";
    case "sending":
      return "Signed, handing in";
    case "signed":
      return "Signed";
    case "problem":
      return state.sentence;
    default:
      return assertNever(state);
  }
}

interface RunNoticeProps {
  run: RunState;
  left: number;
  config: SignConfig;
}

function RunNotice({ run, left, config }: RunNoticeProps) {
  switch (run.step) {
    case "idle":
    case "running":
      return null;
    case "stopped":
      return (
        <p className="sign-notice sign-problem" role="alert" data-testid="sign-problem">
          {run.sentence} {run.secondFactor && <a href={config.secondFactorUrl}>Enter your second factor</a>}
        </p>
      );
    case "done":
      return (
        <p className="sign-notice" role="status" data-testid="sign-done">
          {left === 0
            ? "All are signed. They are broadcast within a minute."
            : `${left} of them could not be signed.`}{" "}
          <a href={config.listUrl}>To the payouts</a>
        </p>
      );
    default:
      return assertNever(run);
  }
}

interface WalletsProps {
  wallets: Readable<readonly DiscoveredWallet[]>;
  busy: boolean;
  signing: Signing;
}

function Wallets({ wallets, busy, signing }: WalletsProps) {
  const found = useStore(wallets);
  if (found.length === 0)
    return (
      <p className="sign-notice" data-testid="no-wallet">
        No wallet was found in this browser. Install the one that holds the treasury, then reload this page.
      </p>
    );
  return (
    <div className="sign-wallets">
      {found.map(({ id, name, icon, provider }) => (
        <button
          key={id}
          type="button"
          className="sign-wallet"
          data-testid="sign-with"
          disabled={busy}
          onClick={() => void signing.run(provider)}
        >
          {icon !== null && <img src={icon} alt="" width="20" height="20" />}
          Sign with {name}
        </button>
      ))}
    </div>
  );
}
