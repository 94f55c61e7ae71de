import type { EarnConfig } from "../../api/types";
import type { Model, ModelBuild } from "../../engine/engine";
import { percent } from "../../lib/money";
import { Button } from "../../ui/Button";
import { aboutBytes } from "../format";

interface FactsProps {
  config: EarnConfig;
  chosen: ModelBuild | null;
  onNative: () => void;
}

/** What one should know before Start: what it needs, what is seen and by whom, how it is paid. */
export function Facts({ config, chosen, onNative }: FactsProps) {
  const { shareBps, stakedShareBps, modelHost, models } = config.earn;
  const build = chosen ?? smallestOf(models);
  const host = hostOf(modelHost);
  return (
    <section className="know" aria-label="What you should know">
      <div>
        <h2>What it needs</h2>
        <ul>
          <li>A browser with WebGPU, such as Chrome or Edge on a computer.</li>
          {build !== null && (
            <li>
              For the {chosen === null ? "smallest" : "chosen"} model: {aboutBytes(build.memoryBytes)} of
              memory for the graphics card, and {aboutBytes(build.downloadBytes)} of disk.
            </li>
          )}
          <li>A tab that stays open and in sight. It uses power, and may make the fan audible.</li>
        </ul>
      </div>
      <div>
        <h2>What it sees</h2>
        <ul>
          <li>Your machine sees the text of a question and its answer, not who asks.</li>
          <li>Nothing of it is kept: not in this tab, not on this disk.</li>
          <li>
            The network sees your wallet, your network address, the model’s name, its speed and its answers.
            {host !== location.host && ` ${host}, which serves the model, sees your network address too.`}
          </li>
        </ul>
      </div>
      <div>
        <h2>How it is paid</h2>
        <ul>
          <li>
            In USDC, to your earnings, with each answer. Ask for a payout on{" "}
            <a href="/account#earnings" target="_blank" rel="noreferrer">
              your account
            </a>
            .
          </li>
          <li>
            What people ask with free credits waits in escrow until staff release it; the account says more.
          </li>
          <li>
            <a href="/stake" target="_blank" rel="noreferrer">
              Staking $ASHAO
            </a>{" "}
            raises your share from {percent(shareBps)} to {percent(stakedShareBps)}.
          </li>
        </ul>
      </div>
      <div className="native">
        <h2>Without a browser</h2>
        <p>
          A machine with Ollama, llama.cpp, vLLM or LM Studio can serve larger models, and goes on when you
          close the browser.
        </p>
        <Button data-testid="run-worker" onClick={onNative}>
          Run a native worker
        </Button>
      </div>
    </section>
  );
}

function smallestOf(models: readonly Model[]): ModelBuild | null {
  return models
    .flatMap((model) => model.builds)
    .reduce<ModelBuild | null>(
      (best, build) => (best === null || build.memoryBytes < best.memoryBytes ? build : best),
      null,
    );
}

function hostOf(modelHost: string): string {
  try {
    return new URL(modelHost, location.href).host;
  } catch {
    return modelHost;
  }
}
