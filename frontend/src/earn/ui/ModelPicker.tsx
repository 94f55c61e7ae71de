import { useId } from "react";
import type { Model, ModelBuild } from "../../engine/engine";
import { aboutBytes } from "../format";
import type { ModelChoice, Readiness } from "../readiness";

/** What is called "about" so many bytes may come out a little smaller. */
const NEARLY_ALL = 0.95;

interface ModelPickerProps {
  models: readonly Model[];
  readiness: Readiness;
  disk: ReadonlyMap<string, number> | null;
  onChoose: (modelId: string) => void;
}

/** The catalogue. Until the browser has told what it can do, it is there already, so that nothing moves. */
export function ModelPicker({ models, readiness, disk, onChoose }: ModelPickerProps) {
  const name = useId();
  const choices = readiness.phase === "usable" ? readiness.choices : models.map(unknownYet);
  const chosenId = readiness.phase === "usable" ? readiness.chosenId : null;
  return (
    <fieldset className="models">
      <legend>Model</legend>
      {choices.map((choice) => (
        <ModelOption
          key={choice.model.id}
          name={name}
          choice={choice}
          chosen={choice.model.id === chosenId}
          onDisk={disk?.get(choice.model.id) ?? 0}
          onChoose={onChoose}
        />
      ))}
    </fieldset>
  );
}

interface ModelOptionProps {
  name: string;
  choice: ModelChoice;
  chosen: boolean;
  onDisk: number;
  onChoose: (modelId: string) => void;
}

function ModelOption({ name, choice, chosen, onDisk, onChoose }: ModelOptionProps) {
  const { model, build, why, recommended } = choice;
  const shown = build ?? smallestBuild(model);
  const whole = isWhole(onDisk, shown);
  return (
    <label
      className="model"
      data-testid="model-option"
      data-model-id={model.id}
      data-fits={build !== null}
      data-recommended={recommended}
      data-on-disk={whole}
    >
      <input
        type="radio"
        name={name}
        value={model.id}
        checked={chosen}
        disabled={build === null}
        onChange={() => onChoose(model.id)}
      />
      <span className="model-name">
        {model.name}
        {recommended && <span className="model-mark">Suits this machine</span>}
      </span>
      <span className="model-about">{why ?? model.about}</span>
      {shown !== null && (
        <span className="model-figures">
          <span data-lit={whole}>{diskText(onDisk, shown)}</span>
          <span>{aboutBytes(shown.memoryBytes)} memory</span>
        </span>
      )}
    </label>
  );
}

function diskText(onDisk: number, build: ModelBuild): string {
  if (isWhole(onDisk, build)) return "On this disk";
  const part = onDisk > 0 ? `, ${aboutBytes(onDisk)} of it here` : "";
  return `${aboutBytes(build.downloadBytes)} download${part}`;
}

/** Whether nothing, or next to nothing, would have to be downloaded. */
export function isWhole(onDisk: number, build: ModelBuild | null): boolean {
  return build !== null && onDisk >= build.downloadBytes * NEARLY_ALL;
}

export function smallestBuild(model: Model): ModelBuild | null {
  return model.builds.reduce<ModelBuild | null>(
    (best, build) => (best === null || build.memoryBytes < best.memoryBytes ? build : best),
    null,
  );
}

function unknownYet(model: Model): ModelChoice {
  return { model, build: null, why: null, recommended: false };
}
