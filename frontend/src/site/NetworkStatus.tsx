import type { Network } from "../api/types";
import { counted, machinesOnline } from "../ui/words";

/** How many machines are online, in the header's short form. */
export function NetworkStatus({ network }: { network: Network | null }) {
  const online = network === null ? 0 : machinesOnline(network);
  return (
    <span className="network-status" data-testid="network-status" data-online={online > 0}>
      <span className="network-dot" aria-hidden="true" />
      {network === null ? (
        <span className="network-word">Connecting</span>
      ) : (
        <span>
          {online.toLocaleString("en")}
          <span className="network-word">{counted(online, "machine").replace(/^\S+/, "")} online</span>
        </span>
      )}
    </span>
  );
}
