import { type ReactNode, useEffect, useRef, useState } from "react";
import type { EarnConfig, WorkerStats } from "../../api/types";
import { money, percent } from "../../lib/money";
import { beside } from "../../site/pages";
import { speed } from "../format";
import type { EarnState } from "../state";
import { isBusy } from "./status";

interface TotalsProps {
  stats: WorkerStats | null;
  state: EarnState;
  config: EarnConfig;
}

const UNKNOWN = "–";

/** The sums. Their places are there before the figures are, and stay as wide when they tick. */
export function Totals({ stats, state, config }: TotalsProps) {
  const shareBps = stats?.shareBps ?? config.earn.shareBps;
  const staked = shareBps >= config.earn.stakedShareBps;
  return (
    <dl className="totals">
      <Total name="Earned today" note="since midnight UTC" className="total-today">
        <Amount testId="earned-today" micros={stats?.earnedToday} />
      </Total>
      <Total name="In total" className="total-wide">
        <Amount testId="earned-total" micros={stats?.earned} />
      </Total>
      <Total name="Available" note={<MoneyLink state={state} path="/account#earnings" text="get paid" />}>
        <Amount testId="available" micros={stats?.available} />
      </Total>
      <Total name="In escrow" note="until staff release it">
        <Amount testId="in-escrow" micros={stats?.escrow} />
      </Total>
      <Total name="Answers">
        <span data-testid="jobs-completed" data-count={stats?.jobs}>
          {stats?.jobs.toLocaleString("en") ?? UNKNOWN}
        </span>
      </Total>
      <Total
        name="Tokens a second"
        note={
          <>
            average <span data-testid="speed-average">{speed(stats?.averageTokensPerSecond ?? null)}</span>
          </>
        }
      >
        <span data-testid="speed-now">{speed(speedNow(stats, state))}</span>
      </Total>
      <Total
        name="Your share"
        note={
          staked ? (
            "the highest there is"
          ) : (
            <MoneyLink
              state={state}
              path="/stake"
              text={`${percent(config.earn.stakedShareBps)} with a stake`}
            />
          )
        }
      >
        <span data-testid="share" data-bps={shareBps}>
          {percent(shareBps)}
        </span>
      </Total>
    </dl>
  );
}

/** Leads to another page; beside this one, where leaving would end what runs. */
function MoneyLink({ state, path, text }: { state: EarnState; path: string; text: string }) {
  return (
    <a className="total-link" href={path} {...beside(isBusy(state))}>
      {text}
    </a>
  );
}

interface TotalProps {
  name: string;
  note?: ReactNode;
  className?: string;
  children: ReactNode;
}

function Total({ name, note, className = "", children }: TotalProps) {
  return (
    <div className={`total ${className}`}>
      <dt>{name}</dt>
      <dd className="total-figure">{children}</dd>
      {note !== undefined && <dd className="total-note">{note}</dd>}
    </div>
  );
}

/** An amount that lights up for a moment when it grew. */
function Amount({ testId, micros }: { testId: string; micros: number | undefined }) {
  const grown = useGrowth(micros);
  return (
    <span key={grown} className={grown > 0 ? "grown" : ""} data-testid={testId} data-micros={micros}>
      {micros === undefined ? UNKNOWN : money(micros)}
    </span>
  );
}

/** How often the value has grown since it was first known. */
function useGrowth(value: number | undefined): number {
  const before = useRef(value);
  const [grown, setGrown] = useState(0);
  useEffect(() => {
    if (value !== undefined && before.current !== undefined && value > before.current)
      setGrown((count) => count + 1);
    before.current = value;
  }, [value]);
  return grown;
}

/** This tab's, as it happens; else what the owner's machines that answer just now told. */
function speedNow(stats: WorkerStats | null, state: EarnState): number | null {
  if (state.phase === "running" && state.activity.type === "generating" && state.activity.tokensPerSecond)
    return state.activity.tokensPerSecond;
  const speeds = (stats?.workers ?? [])
    .filter((worker) => worker.status === "busy")
    .map((worker) => worker.tokensPerSecond ?? 0);
  const sum = speeds.reduce((a, b) => a + b, 0);
  return sum > 0 ? sum : null;
}
