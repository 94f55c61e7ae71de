import { known } from "../../api/feed";
import type { Faucet } from "../../api/money";
import { ashao, exactAmount, money } from "../../lib/money";
import { useStore } from "../../lib/store";
import { Button } from "../../ui/Button";
import { Notice } from "../../ui/Notice";
import type { FaucetControl } from "../faucet";

/** Test money, where there is only test money. */
export function FaucetCard({ faucet }: { faucet: FaucetControl }) {
  const offer = known(useStore(faucet.offer.store));
  const state = useStore(faucet.store);
  return (
    <section className="faucet" aria-labelledby="faucet-title" data-testid="faucet" data-phase={state.phase}>
      <div>
        <h2 id="faucet-title">Test money</h2>
        <p className="faucet-words">
          {state.phase === "given" && offer !== null
            ? `You got ${givenText(offer)}. It is in your wallet with the next block.`
            : `This is a development chain: its money is worth nothing${offer === null ? "" : `, and you can have ${givenText(offer)}`}.`}
        </p>
      </div>
      <Button
        data-testid="get-test-money"
        disabled={state.phase === "asking" || offer?.available === false}
        onClick={() => void faucet.take()}
      >
        {state.phase === "asking" ? "Sending…" : state.phase === "given" ? "Get more" : "Get test money"}
      </Button>
      {state.phase === "failed" && <Notice tone="error">{state.message}</Notice>}
      {offer?.available === false && <p className="faucet-words">The faucet is empty.</p>}
    </section>
  );
}

const ETHER_DECIMALS = 18;

function givenText({ usdc, ashao: tokens, eth }: Faucet): string {
  return `${money(usdc)} of USDC, ${ashao(tokens)} $ASHAO and ${exactAmount(eth, ETHER_DECIMALS)} ETH`;
}
