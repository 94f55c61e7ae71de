import type { Network } from "../../../api/types";
import { presenceWords } from "../tiers";

/** As many as a row holds on a wide screen; a narrow one shows those that fit. */
const MAX_DOTS = 32;

/** One dot for each machine that is online right now: the landing's picture is the network itself. */
export function Presence({ network }: { network: Network | null }) {
  return (
    <div className="presence" data-testid="presence">
      <p>{presenceWords(network)}</p>
      <div className="presence-dots" aria-hidden="true">
        {network !== null && <Dots network={network} />}
      </div>
    </div>
  );
}

function Dots({ network }: { network: Network }) {
  const online = network.workers;
  const shown = Math.min(online, MAX_DOTS);
  const pro = Math.round((shown * network.tiers.pro.workers) / Math.max(online, 1));
  return Array.from({ length: shown }, (_, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: the dots are alike and have no identity.
    <span key={index} className={index < pro ? "dot dot-pro" : "dot dot-max"} />
  ));
}
