import type { EarnConfig, Network } from "../../api/types";
import { money, percent, shareMicros } from "../../lib/money";
import { counted } from "../../ui/words";
import { headline, onlineWords } from "../hero";

const MAX_DOTS = 24;

interface HeroProps {
  config: EarnConfig;
  network: Network | null;
  /** How many of this person's machines are online. */
  mine: number;
  /** Whether this browser can run a model, as far as is known. */
  able: boolean;
}

/** The landing's one sentence, what an answer pays, and the network as it is right now. */
export function Hero({ config, network, mine, able }: HeroProps) {
  const pro = config.tiers.find((tier) => tier.id === "pro");
  const { shareBps } = config.earn;
  return (
    <div className="hero">
      <Machines network={network} mine={mine} />
      <h1>{headline(able)}</h1>
      {pro !== undefined && (
        <p className="pay">
          <strong>{money(shareMicros(pro.credits, shareBps))}</strong>
          <span>
            for each answer: {percent(shareBps)} of the {counted(pro.credits, "credit")} that it costs, in
            USDC.
          </span>
        </p>
      )}
    </div>
  );
}

/** A dot for each machine that is online, and a hollow one for yours. */
function Machines({ network, mine }: Pick<HeroProps, "network" | "mine">) {
  const online = network === null ? 0 : network.workers;
  return (
    <div className="machines">
      <span className="machines-dots" aria-hidden="true">
        {Array.from({ length: Math.min(online, MAX_DOTS) }, (_, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the dots are alike and have no identity.
          <i key={index} />
        ))}
        <i className="machines-yours" />
      </span>
      <p>{onlineWords(network === null ? null : online, mine)}</p>
    </div>
  );
}
