import type { Staking } from "../../api/money";
import { span } from "../../money/dates";
import { Notice } from "../../ui/Notice";

/** The chain is away or behind: how old what is shown is. */
export function ChainNotice({ chain }: { chain: Staking["chain"] }) {
  const { block, age_s, problem } = chain;
  const age = age_s === null ? "" : `, ${span(age_s)} old`;
  return (
    <div data-testid="chain-notice">
      <Notice tone="note">
        {problem ?? "The chain can’t be reached right now."}{" "}
        {block === null
          ? "Stakes can’t be shown until it is back."
          : `Stakes are as of block ${block.toLocaleString("en")}${age}.`}{" "}
        What you have staked is safe.
      </Notice>
    </div>
  );
}
