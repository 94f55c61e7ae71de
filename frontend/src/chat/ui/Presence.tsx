import type { Network } from "../../api/types";
import { counted, machinesOnline } from "../../ui/words";

const MAX_DOTS = 48;

/** One dot for each machine that is online right now: the landing's picture is the network itself. */
export function Presence({ network }: { network: Network | null }) {
  if (network === null) return <p className="presence presence-waiting">Looking for machines…</p>;
  const { pro, max } = network.tiers;
  const online = machinesOnline(network);
  const pace = Math.round(network.jobsPerMinute);
  return (
    <div className="presence">
      <div className="presence-dots" aria-hidden="true">
        <Dots count={Math.min(pro.workers, MAX_DOTS)} kind="pro" />
        <Dots count={Math.min(max.workers, MAX_DOTS - Math.min(pro.workers, MAX_DOTS))} kind="max" />
      </div>
      {online === 0 ? (
        <p>No volunteer’s machine is online right now. You still get an answer.</p>
      ) : (
        <p>
          {counted(online, "machine")} online{pace > 0 && `, ${counted(pace, "answer")} a minute`}
        </p>
      )}
    </div>
  );
}

function Dots({ count, kind }: { count: number; kind: "pro" | "max" }) {
  return Array.from({ length: count }, (_, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: the dots are alike and have no identity.
    <span key={index} className={`dot dot-${kind}`} />
  ));
}
