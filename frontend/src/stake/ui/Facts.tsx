import type { Staking } from "../../api/money";
import { ashao, percent } from "../../lib/money";

/** What a stake does, in four sentences. */
export function Facts({ staking }: { staking: Staking | null }) {
  const shareBps = staking?.shareBps ?? 7_000;
  const stakedShareBps = staking?.stakedShareBps ?? 8_000;
  return (
    <section className="facts" aria-label="What a stake does">
      <div>
        <h2>Your machines keep more</h2>
        <p>
          With {staking === null ? "a" : `at least ${ashao(staking.minimum)} $ASHAO of`} stake, each answer
          pays you {percent(stakedShareBps)} of its price instead of {percent(shareBps)}. It holds for every
          answer that is begun while you stake.
        </p>
      </div>
      <div>
        <h2>You share what the network keeps</h2>
        <p>
          Half of what is left after the workers goes to stakers, by how much and how long they staked. A
          stake of the last minute gets the part of a minute.
        </p>
      </div>
      <div>
        <h2>It stays yours</h2>
        <p>
          You can take it back at any time, with no waiting. Rewards are paid in USDC into your{" "}
          <a className="plain-link" href="/account#earnings">
            earnings
          </a>
          .
        </p>
      </div>
    </section>
  );
}
