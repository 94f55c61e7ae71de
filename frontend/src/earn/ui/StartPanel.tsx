import type { EarnConfig } from "../../api/types";
import { Button } from "../../ui/Button";
import type { EarnController } from "../controller";
import type { Problem } from "../problems";
import type { Readiness } from "../readiness";
import { FreeDisk } from "./FreeDisk";
import { ModelPicker } from "./ModelPicker";
import { ProblemCard, smallerModel } from "./ProblemCard";

interface StartPanelProps {
  config: EarnConfig;
  readiness: Readiness;
  problem: Problem | null;
  disk: ReadonlyMap<string, number> | null;
  earn: Pick<EarnController, "choose" | "freeDisk" | "takeOver">;
  starting: boolean;
  onStart: () => void;
  onNative: () => void;
}

/** What is chosen and pressed before anything is loaded; and why it ended, where something ended it. */
export function StartPanel(props: StartPanelProps) {
  const { config, readiness, problem, disk, earn, onNative } = props;
  const usable = readiness.phase === "usable" ? readiness : null;
  const again = usable !== null && problem?.retry === true;
  const taken = problem?.kind === "taken-over";
  return (
    <div className="panel">
      {problem !== null && (
        <ProblemCard
          problem={problem}
          start={again && !taken ? <StartButton {...props} word="Start again" /> : null}
          smaller={usable === null ? null : smallerModel(usable.choices, usable.chosenId)}
          onSmaller={(choice) => earn.choose(choice.model.id)}
          onTakeOver={() => earn.takeOver()}
          onNative={onNative}
        />
      )}
      <div className="panel-choice">
        {readiness.phase !== "unusable" && (
          <ModelPicker
            models={config.earn.models}
            readiness={readiness}
            disk={disk}
            onChoose={(id) => earn.choose(id)}
          />
        )}
        {readiness.phase !== "unusable" && !again && !taken && (
          <>
            <StartButton {...props} word="Start Worker" />
            <p className="station-soft start-hint">
              {usable === null
                ? "Looking at this browser’s graphics card…"
                : "Nothing is loaded before you press it."}
            </p>
          </>
        )}
        <FreeDisk disk={disk} onFree={() => earn.freeDisk()} />
      </div>
    </div>
  );
}

function StartButton({ readiness, starting, onStart, word }: StartPanelProps & { word: string }) {
  const chosen =
    readiness.phase === "usable"
      ? readiness.choices.find((choice) => choice.model.id === readiness.chosenId)
      : undefined;
  return (
    <Button
      look="primary"
      className="start"
      data-testid="start-worker"
      disabled={starting || !chosen?.build}
      onClick={onStart}
    >
      {word}
    </Button>
  );
}
