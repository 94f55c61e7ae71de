import type { Network } from "../../api/types";
import { counted } from "../../ui/words";

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

/** Who is online and what they do: one piece of text, which begins where it began whatever it says next. */
function presenceWords(network: Network | null): string {
  if (network === null) return "Looking for machines…";
  const online = network.workers;
  const who =
    online === 0 ? "No volunteer online: the cloud answers." : `${counted(online, "machine")} online.`;
  const answers = Math.round(network.jobsPerMinute);
  return answers === 0 ? who : `${who} ${counted(answers, "answer")} in the last minute.`;
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
