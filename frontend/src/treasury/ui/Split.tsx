import type { Treasury } from "../../api/money";
import type { Tier } from "../../api/types";
import { MICROS_PER_CREDIT, money, percent } from "../../lib/money";
import { Exact, UNKNOWN } from "../../money/Figures";
import { PART_NAMES } from "../days";
import { exampleSplit, type SplitPart, splitOf } from "../split";

const WORKER_BPS = 7_000;

/** The revenue, and the one bar that it is divided into. */
export function Split({ treasury, tiers }: { treasury: Treasury | null; tiers: readonly Tier[] }) {
  const isEmpty = treasury !== null && treasury.revenue + treasury.promoted === 0;
  const first = tiers[0];
  const price = (first?.credits ?? 10) * MICROS_PER_CREDIT;
  const parts = isEmpty ? exampleSplit(price, WORKER_BPS) : treasury === null ? null : splitOf(treasury);
  return (
    <section className="card split" aria-labelledby="split-title" data-empty={isEmpty}>
      <div className="split-head">
        <h2 id="split-title">{isEmpty ? `How ${money(price)} is shared` : "Revenue"}</h2>
        {isEmpty ? (
          <p className="split-note" data-testid="treasury-empty">
            No answer has been paid for yet. This is how the first {first?.name ?? ""} answer will be shared.
          </p>
        ) : (
          <p className="split-sum">
            <Exact testId="revenue" exact={treasury?.revenue} text={treasury && money(treasury.revenue)} />
          </p>
        )}
      </div>
      {treasury !== null && treasury.promoted > 0 && (
        <p className="split-note" data-testid="promoted">
          Paid by people. Answers worth {money(treasury.promoted)} more were paid from the promotion budget;
          what workers and the cloud got for them is in the bar too.
        </p>
      )}
      <SplitBar parts={parts} />
      <dl className="split-parts">
        {(parts ?? splitOf({ workers: 0, cloud: 0, stakers: 0, buyback: 0 })).map(({ part, micros, bps }) => (
          <div key={part}>
            <dt>
              <i className="swatch" data-part={part} aria-hidden="true" />
              {PART_NAMES[part]}
            </dt>
            <dd data-testid={`split-${part}`} data-micros={parts === null ? undefined : micros}>
              {parts === null ? UNKNOWN : money(micros)}
              <small>{parts === null ? "\u00a0" : percent(bps)}</small>
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

const WIDTH = 1_000;

/** Decorative: the list below it says the same. */
function SplitBar({ parts }: { parts: readonly SplitPart[] | null }) {
  let x = 0;
  return (
    <svg className="split-bar" viewBox={`0 0 ${WIDTH} 10`} preserveAspectRatio="none" aria-hidden="true">
      {(parts ?? []).map(({ part, bps }) => {
        const width = (bps / 10_000) * WIDTH;
        const at = x;
        x += width;
        return <rect key={part} className="part" data-part={part} x={at} y={0} width={width} height={10} />;
      })}
    </svg>
  );
}
