import { Button } from "../../ui/Button";
import { Icon } from "../../ui/Icon";
import type { EarnController } from "../controller";
import { speed } from "../format";
import type { Running } from "../state";
import { Lamp, type LampLook } from "./Lamp";
import { phaseOf, titleOf } from "./status";

interface RunningCardProps {
  state: Running;
  earn: Pick<EarnController, "pause" | "resume" | "stopAfterJob" | "stop">;
}

/** The machine at work: what it does right now, how fast, and the buttons that hold it. */
export function RunningCard({ state, earn }: RunningCardProps) {
  const { activity } = state;
  const generating = activity.type === "generating" ? activity : null;
  return (
    <>
      <div className="station-main">
        <Lamp look={lookOf(state)} />
        <div className="station-words">
          <h2>{titleOf(state, { phase: "asking" })}</h2>
          <p className="station-soft">{wordsOf(state)}</p>
        </div>
        <dl className="station-now">
          <div>
            <dt>Tokens in this answer</dt>
            <dd data-testid="job-tokens" data-tokens={generating?.tokens ?? 0}>
              {generating === null ? "–" : generating.tokens.toLocaleString("en")}
            </dd>
          </div>
          <div>
            <dt>Tokens a second</dt>
            <dd data-testid="job-speed">{speed(generating?.tokensPerSecond ?? null)}</dd>
          </div>
        </dl>
      </div>
      <div className="station-foot">
        <Controls state={state} earn={earn} />
        <p>
          Keep this tab visible, best in a window of its own: browsers slow down what they don’t show. Closing
          it hands an unfinished answer to another machine.
        </p>
      </div>
    </>
  );
}

function Controls({ state, earn }: RunningCardProps) {
  const { activity, stopping } = state;
  const answering = activity.type === "generating" || (activity.type === "paused" && activity.finishing);
  return (
    <div className="controls">
      {activity.type === "paused" ? (
        <Button look="primary" data-testid="resume" onClick={() => earn.resume()}>
          <Icon name="play" /> Resume
        </Button>
      ) : (
        <Button data-testid="pause" disabled={stopping} onClick={() => earn.pause()}>
          <Icon name="pause" /> Pause
        </Button>
      )}
      <Button
        data-testid="stop-after-job"
        disabled={stopping || !answering}
        onClick={() => earn.stopAfterJob()}
      >
        Stop after this job
      </Button>
      <Button data-testid="stop-worker" onClick={() => earn.stop()}>
        <Icon name="stop" /> Stop
      </Button>
    </div>
  );
}

function lookOf(state: Running): LampLook {
  if (!state.online) return "dark";
  const phase = phaseOf(state, { phase: "asking" });
  if (phase === "paused") return "paused";
  return phase === "waiting" ? "lit" : "busy";
}

function wordsOf({ activity, online, modelName, selfTestTokensPerSecond }: Running): string {
  if (!online) return "This tab tries again by itself. What you earned is safe.";
  if (activity.type === "paused" && !activity.finishing)
    return `${modelName} stays loaded: Resume goes on at once.`;
  return `${modelName}, tested at ${speed(selfTestTokensPerSecond)} tokens a second`;
}
