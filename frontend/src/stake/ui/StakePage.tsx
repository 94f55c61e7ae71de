import { known } from "../../api/feed";
import { percent } from "../../lib/money";
import { useStore } from "../../lib/store";
import { FeedNotice } from "../../money/FeedNotice";
import { MoneyPage } from "../../money/MoneyPage";
import type { StakeApp } from "../app";
import { ChainNotice } from "./ChainNotice";
import { Epochs } from "./Epochs";
import { Facts } from "./Facts";
import { StakeCard, VisitorCard } from "./StakeCard";
import { NetworkStake, YourStake } from "./YourStake";

/** Staking: what one has, the forms, and what it brings. */
export function StakePage({ app }: { app: StakeApp }) {
  const session = useStore(app.session.store);
  const state = useStore(app.staking.store);
  const staking = known(state);
  const user = session.phase === "ready" ? session.me.user : null;
  const isVisitor = session.phase === "ready" && user === null;
  return (
    <MoneyPage app={app} page="stake">
      {(signIn) => (
        <>
          <header className="page-head">
            <h1>Stake $ASHAO</h1>
            <p className="page-lead">
              Whoever stakes keeps {percent(staking?.stakedShareBps ?? 8_000)} of what their machines earn
              instead of {percent(staking?.shareBps ?? 7_000)}, and all stakers share half of what the network
              keeps.
            </p>
          </header>
          <FeedNotice feed={app.staking} what="Staking" />
          {staking !== null && !staking.chain.ok && <ChainNotice chain={staking.chain} />}
          {state.phase !== "failed" && (
            <div className="stake" data-testid="staking" data-state={state.phase}>
              <section className="stake-you" aria-label="Your stake">
                {isVisitor ? <NetworkStake staking={staking} /> : <YourStake staking={staking} />}
              </section>
              {isVisitor ? (
                <VisitorCard onSignIn={signIn} />
              ) : (
                <StakeCard key={user?.id ?? ""} app={app} staking={staking} />
              )}
              <Epochs staking={staking} withSums={!isVisitor} />
              <Facts staking={staking} />
            </div>
          )}
        </>
      )}
    </MoneyPage>
  );
}
