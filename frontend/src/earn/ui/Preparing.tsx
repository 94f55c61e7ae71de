import { Fragment } from "react";
import type { LoadProgress } from "../../engine/engine";
import { assertNever } from "../../lib/never";
import { Button } from "../../ui/Button";
import { bytes, bytesRate, timeLeft } from "../format";
import type { EarnState } from "../state";
import { Lamp } from "./Lamp";
import { titleOf } from "./status";

const STEPS = ["Model", "Compile", "Test", "Earn"] as const;

type PreparingState = Extract<EarnState, { phase: "preparing" | "testing" }>;

interface PreparingProps {
  state: PreparingState;
  onCancel: () => void;
}

/** From Start to the first question: where it is, how much is left, and what the machine is doing. */
export function Preparing({ state, onCancel }: PreparingProps) {
  const progress = state.phase === "preparing" ? state.progress : null;
  const part = progress === null ? null : partOf(progress);
  return (
    <>
      <div className="station-main">
        <div
          className="ring"
          role="progressbar"
          data-testid="load-progress"
          aria-label={`Preparing ${state.modelName}`}
          aria-valuemin={0}
          aria-valuemax={100}
          aria-valuenow={part === null ? undefined : Math.floor(part * 100)}
          aria-valuetext={part === null ? titleOf(state, { phase: "asking" }) : figuresOf(state).join(", ")}
        >
          <Lamp look={part === null ? "working" : "filling"} filled={part ?? 0} />
          {part !== null && <span className="ring-part">{Math.floor(part * 100)}&nbsp;%</span>}
        </div>
        <div className="station-words">
          <h2>{titleOf(state, { phase: "asking" })}</h2>
          <p className="station-figures" data-testid="load-figures">
            {figuresOf(state).map((figure) => (
              <Fragment key={figure}>
                <span>{figure}</span>{" "}
              </Fragment>
            ))}
          </p>
          <p className="station-soft">{hintOf(state)}</p>
        </div>
      </div>
      <Steps at={stepOf(state)} />
      <div className="station-foot">
        <Button data-testid="cancel-load" onClick={onCancel}>
          Cancel
        </Button>
        <p>What is on your disk by then stays there: the next start goes on from it.</p>
      </div>
    </>
  );
}

/** How much is done, 0 to 1, where there is a figure for it. */
function partOf(progress: LoadProgress): number | null {
  switch (progress.phase) {
    case "downloading":
    case "reading":
      return progress.totalBytes > 0 ? Math.min(1, progress.loadedBytes / progress.totalBytes) : 0;
    case "checking":
    case "compiling":
      return null;
    default:
      return assertNever(progress);
  }
}

function figuresOf(state: PreparingState): readonly string[] {
  if (state.phase === "testing") return [state.modelName];
  const { progress } = state;
  switch (progress.phase) {
    case "checking":
      return [state.modelName];
    case "downloading": {
      const amount = `${bytes(progress.loadedBytes)} of ${bytes(progress.totalBytes)}`;
      if (progress.bytesPerSecond <= 0) return [amount, "waiting for the connection"];
      const left = progress.secondsLeft === null ? [] : [timeLeft(progress.secondsLeft)];
      return [amount, bytesRate(progress.bytesPerSecond), ...left];
    }
    case "reading": {
      const amount = `${bytes(progress.loadedBytes)} of ${bytes(progress.totalBytes)}`;
      return progress.fromCache ? ["From this disk", amount] : [amount];
    }
    case "compiling":
      return progress.fromCache ? [state.modelName, "from this disk"] : [state.modelName];
    default:
      return assertNever(progress);
  }
}

function hintOf(state: PreparingState): string {
  if (state.phase === "testing") return "A short question whose answer is known, to measure how fast it is.";
  switch (state.progress.phase) {
    case "checking":
      return "What is here already is not loaded again.";
    case "downloading":
      return `${state.modelName}. You can use other tabs meanwhile.`;
    case "reading":
      return "The weights go from the disk to the graphics card.";
    case "compiling":
      return "Once for each start. It may take up to a minute, and there is nothing to measure on the way.";
    default:
      return assertNever(state.progress);
  }
}

function stepOf(state: PreparingState): number {
  if (state.phase === "testing") return 2;
  return state.progress.phase === "compiling" ? 1 : 0;
}

function Steps({ at }: { at: number }) {
  return (
    <ol className="steps">
      {STEPS.map((name, index) => (
        <li
          key={name}
          data-done={index < at}
          data-now={index === at}
          aria-current={index === at ? "step" : undefined}
        >
          {name}
        </li>
      ))}
    </ol>
  );
}
