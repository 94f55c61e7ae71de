import type { ReactNode } from "react";
import { Button } from "../../ui/Button";
import type { Problem, ProblemKind } from "../problems";
import type { ModelChoice } from "../readiness";
import { Lamp } from "./Lamp";

interface ProblemCardProps {
  problem: Problem;
  /** The button that starts again, where that may help. */
  start: ReactNode;
  /** A model that needs less, where there is one. */
  smaller: ModelChoice | null;
  onSmaller: (choice: ModelChoice) => void;
  onTakeOver: () => void;
  onNative: () => void;
}

const SMALLER_HELPS: ReadonlySet<ProblemKind> = new Set([
  "too-little-memory",
  "disk-full",
  "out-of-memory",
  "runtime-failed",
  "device-lost",
  "too-slow",
]);

/** Why this tab doesn't earn, and what can be done about it. */
export function ProblemCard(props: ProblemCardProps) {
  const { problem, start, smaller, onSmaller, onTakeOver, onNative } = props;
  return (
    <div className="problem" data-testid="earn-problem" data-kind={problem.kind}>
      <Lamp look="problem" />
      <div className="station-words">
        <h2>{problem.what}</h2>
        <p>{problem.advice}</p>
        <div className="controls">
          {start}
          {problem.kind === "taken-over" && (
            <Button look="primary" data-testid="take-over" onClick={onTakeOver}>
              Use this tab instead
            </Button>
          )}
          {smaller !== null && SMALLER_HELPS.has(problem.kind) && (
            <Button data-testid="smaller-model" onClick={() => onSmaller(smaller)}>
              Use {smaller.model.name} instead
            </Button>
          )}
          {problem.offerNative && (
            <Button data-testid="offer-native" onClick={onNative}>
              Run a native worker
            </Button>
          )}
        </div>
      </div>
    </div>
  );
}

/** The largest model that fits and needs less memory than the chosen one. */
export function smallerModel(choices: readonly ModelChoice[], chosenId: string): ModelChoice | null {
  const chosen = choices.find((choice) => choice.model.id === chosenId);
  const limit = chosen === undefined ? 0 : memoryOf(chosen);
  return choices
    .filter((choice) => choice.build !== null && memoryOf(choice) < limit)
    .reduce<ModelChoice | null>(
      (best, choice) => (best === null || memoryOf(choice) > memoryOf(best) ? choice : best),
      null,
    );
}

function memoryOf({ build, model }: ModelChoice): number {
  return build?.memoryBytes ?? Math.min(...model.builds.map((one) => one.memoryBytes));
}
