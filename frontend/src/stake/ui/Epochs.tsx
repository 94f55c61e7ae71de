import { useEffect, useState } from "react";
import type { Staking } from "../../api/money";
import { ashao, money } from "../../lib/money";
import { dateTime, timeUntil } from "../../money/dates";
import { Exact, Figure, Figures } from "../../money/Figures";
import { TableScroll } from "../../money/TableScroll";
import { stakersText } from "./YourStake";

const TICK_MS = 1_000;

/** The epoch that runs, and those that were settled. */
export function Epochs({ staking, withSums }: { staking: Staking | null; withSums: boolean }) {
  return (
    <section className="epochs" aria-labelledby="epoch-title">
      <header className="section-head">
        <h2 id="epoch-title">This epoch</h2>
        <p className="section-note" data-testid="epoch" data-number={staking?.epoch.number}>
          {staking === null ? "\u00a0" : `Number ${staking.epoch.number.toLocaleString("en")}`}
        </p>
      </header>
      <EpochTime epoch={staking?.epoch ?? null} />
      {withSums && <Sums staking={staking} />}
      {staking !== null && <PastEpochs staking={staking} />}
    </section>
  );
}

function Sums({ staking }: { staking: Staking | null }) {
  return (
    <Figures>
      <Figure name="For stakers so far" note="shared by stake and time">
        <Exact testId="epoch-pool" exact={staking?.pool} text={staking && money(staking.pool)} />
      </Figure>
      <Figure name="Staked by all, in $ASHAO" note={staking === null ? "\u00a0" : stakersText(staking)}>
        <Exact testId="epoch-total" exact={staking?.total} text={staking && ashao(staking.total)} />
      </Figure>
    </Figures>
  );
}

function EpochTime({ epoch }: { epoch: Staking["epoch"] | null }) {
  const now = useNow();
  const left = epoch === null ? null : timeUntil(epoch.endsAt, now);
  return (
    <div className="epoch-time">
      <progress aria-label="Of this epoch" max={1} value={epoch === null ? 0 : passed(epoch, now)} />
      <p>
        {epoch === null
          ? "\u00a0"
          : left === null
            ? "It has ended and is being settled."
            : `Ends ${left}, ${dateTime(epoch.endsAt, now)}`}
      </p>
    </div>
  );
}

function passed({ startsAt, endsAt }: Staking["epoch"], now: Date): number {
  const start = Date.parse(startsAt);
  const whole = Math.max(1, Date.parse(endsAt) - start);
  return Math.min(1, Math.max(0, (now.getTime() - start) / whole));
}

function useNow(): Date {
  const [now, setNow] = useState(() => new Date());
  useEffect(() => {
    const timer = setInterval(() => setNow(new Date()), TICK_MS);
    return () => clearInterval(timer);
  }, []);
  return now;
}

function PastEpochs({ staking }: { staking: Staking }) {
  const { epochs, you } = staking;
  if (epochs.length === 0)
    return <p className="empty">When an epoch ends, its pool is shared, and it is listed here.</p>;
  const yours = new Map(you?.rewardsByEpoch.map(({ number, amount }) => [number, amount]));
  return (
    <TableScroll label="Past epochs">
      <table className="data" data-testid="past-epochs">
        <caption className="visually-hidden">Past epochs, newest first</caption>
        <thead>
          <tr>
            <th scope="col">Epoch</th>
            <th scope="col">Ended</th>
            <th scope="col">Pool</th>
            <th scope="col">Paid</th>
            <th scope="col" className="wide-only">
              Stakers
            </th>
            {you !== null && <th scope="col">You</th>}
          </tr>
        </thead>
        <tbody>
          {epochs.map((epoch) => (
            <tr key={epoch.number} data-testid="past-epoch">
              <th scope="row">{epoch.number.toLocaleString("en")}</th>
              <td>
                <time dateTime={epoch.endsAt}>{dateTime(epoch.endsAt)}</time>
              </td>
              <td>{money(epoch.pool)}</td>
              <td>{money(epoch.rewards)}</td>
              <td className="wide-only">{epoch.stakers.toLocaleString("en")}</td>
              {you !== null && <td className="strong">{money(yours.get(epoch.number) ?? 0)}</td>}
            </tr>
          ))}
        </tbody>
      </table>
    </TableScroll>
  );
}
