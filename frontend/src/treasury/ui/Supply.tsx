import type { Treasury } from "../../api/money";
import { ashao, basisPoints, percent } from "../../lib/money";
import { Exact } from "../../money/Figures";

const WIDTH = 1_000;

/** How much of all $ASHAO is staked. */
export function Supply({ treasury }: { treasury: Treasury | null }) {
  const bps = treasury === null ? 0 : basisPoints(treasury.staked, treasury.supply);
  const share = treasury === null ? "\u00a0" : `${shareText(bps, treasury.staked)} of the supply`;
  return (
    <section className="supply" aria-labelledby="supply-title">
      <header className="section-head">
        <h2 id="supply-title">$ASHAO staked</h2>
        <a className="plain-link" href="/stake">
          Stake
        </a>
      </header>
      <p className="supply-sum">
        <span>
          <b>
            <Exact testId="staked" exact={treasury?.staked} text={treasury && ashao(treasury.staked)} />
          </b>{" "}
          of <Exact testId="supply" exact={treasury?.supply} text={treasury && ashao(treasury.supply)} />
        </span>
        <span>{share}</span>
      </p>
      <svg className="supply-bar" viewBox={`0 0 ${WIDTH} 10`} preserveAspectRatio="none" aria-hidden="true">
        <rect className="part" data-part="workers" width={(bps / 10_000) * WIDTH} height={10} />
      </svg>
    </section>
  );
}

function shareText(bps: number, staked: bigint): string {
  return bps === 0 && staked > 0n ? "under 0.01\u00a0%" : percent(bps);
}
