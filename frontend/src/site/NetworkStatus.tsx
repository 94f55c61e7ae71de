import type { Network } from "../api/types";
import { counted } from "../ui/words";

/** How many machines are online, in the header's short form; on a phone only the number is seen. */
export function NetworkStatus({ network }: { network: Network | null }) {
  const online = network === null ? 0 : network.workers;
  return (
    <span
      className="network-status"
      data-testid="network-status"
      data-online={online > 0}
      data-count={network === null ? "" : online.toLocaleString("en")}
    >
      <span className="network-dot" aria-hidden="true" />
      {/* One piece of text that begins where it began, so that a longer number moves nothing. */}
      <span className="network-word">
        {network === null ? "Connecting" : `${counted(online, "machine")} online`}
      </span>
    </span>
  );
}
