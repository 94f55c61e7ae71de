import type { EarnConfig, Network } from "../../api/types";
import { money, percent, shareMicros } from "../../lib/money";
import { counted } from "../../ui/words";

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
      <h1>
        {able
          ? "Press Start, and this tab earns by answering people’s questions."
          : "A machine of yours earns by answering people’s questions."}
      </h1>
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

function whoseWords(mine: number): string {
  if (mine === 0) return "Yours is not among them yet.";
  return mine === 1 ? "One of them is yours." : `${mine.toLocaleString("en")} of them are yours.`;
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
      <p>
        {network === null
          ? "Looking for machines…"
          : online === 0
            ? "No machine is online right now. Yours would be the first."
            : `${counted(online, "machine")} online. ${whoseWords(mine)}`}
      </p>
    </div>
  );
}
