import type { Staking } from "../../api/money";
import { ashao, money, percent, signed } from "../../lib/money";
import { Exact, Figure, Figures } from "../../money/Figures";
import { counted } from "../../ui/words";
import { pendingWei } from "../amounts";

/** One's own figures. Their places are there before they are known. */
export function YourStake({ staking }: { staking: Staking | null }) {
  const you = staking?.you ?? null;
  const pending = you === null ? 0n : pendingWei(you);
  return (
    <Figures testId="your-stake">
      <Figure main name="Your stake, in $ASHAO" note={pending === 0n ? "\u00a0" : <Pending wei={pending} />}>
        <Exact testId="stake" exact={you?.stake} text={you && ashao(you.stake)} />
      </Figure>
      <Figure name="In your wallet" note="$ASHAO">
        <Exact
          testId="wallet-ashao"
          exact={you?.balance}
          text={you === null || you.balance === null ? null : ashao(you.balance)}
        />
      </Figure>
      <Figure name="Share of the pool" note={staking === null ? "\u00a0" : `of ${ashao(staking.total)}`}>
        <Exact
          testId="share-of-pool"
          exact={you?.shareOfPoolBps}
          text={you && shareText(you.shareOfPoolBps, you.stake)}
        />
      </Figure>
      <Figure name="Rewards so far" note="in your earnings">
        <Exact testId="rewards" exact={you?.rewards} text={you && money(you.rewards)} />
      </Figure>
      <Figure
        name="Your workers keep"
        note={you === null ? "\u00a0" : shareNote(you.workerShareBps, staking)}
      >
        <Exact testId="worker-share" exact={you?.workerShareBps} text={you && percent(you.workerShareBps)} />
      </Figure>
    </Figures>
  );
}

/** What visitors see in its place. */
export function NetworkStake({ staking }: { staking: Staking | null }) {
  return (
    <Figures testId="network-stake">
      <Figure main name="Staked by all, in $ASHAO" note={staking === null ? "\u00a0" : stakersText(staking)}>
        <Exact testId="total-staked" exact={staking?.total} text={staking && ashao(staking.total)} />
      </Figure>
      <Figure name="For stakers this epoch" note="so far">
        <Exact testId="pool" exact={staking?.pool} text={staking && money(staking.pool)} />
      </Figure>
    </Figures>
  );
}

function Pending({ wei }: { wei: bigint }) {
  return (
    <span className="pending" data-testid="pending-stake" data-exact={String(wei)}>
      {signed(wei, ashao)} waiting for confirmations
    </span>
  );
}

export function stakersText({ stakers }: Staking): string {
  return stakers === 0 ? "nobody stakes yet" : `by ${counted(stakers, "staker")}`;
}

function shareText(bps: number, stake: bigint): string {
  return bps === 0 && stake > 0n ? "under 0.01\u00a0%" : percent(bps);
}

function shareNote(workerShareBps: number, staking: Staking | null): string {
  if (staking === null || workerShareBps >= staking.stakedShareBps) return "the highest there is";
  return `${percent(staking.stakedShareBps)} from ${ashao(staking.minimum)} staked`;
}
