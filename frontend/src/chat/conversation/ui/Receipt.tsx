import { memo } from "react";
import type { Receipt } from "../../../api/types";
import { Mark } from "../../../ui/Icon";
import { counted } from "../../../ui/words";
import { withoutSteering } from "../../markdown/links";

const MODEL_MAX_CHARS = 48;

const SERVED_BY = {
  browser: "Answered by a volunteer’s browser",
  native: "Answered by a volunteer’s machine",
  cloud: "Answered by the cloud",
} as const;

/** How an answer was made. It stands outside of the answer's text, with a look that no text can have. */
export const ReceiptLine = memo(function ReceiptLine({ receipt }: { receipt: Receipt }) {
  return (
    <p className="receipt" data-testid="receipt" data-served-by={receipt.servedBy}>
      <Mark />
      {receiptParts(receipt).map((part) => (
        <bdi key={part}>{part}</bdi>
      ))}
    </p>
  );
});

/** The one who answered chose it, so it is no more than a short name. */
function modelName(model: string): string {
  const name = withoutSteering(model)
    .replace(/[·\s]+/g, " ")
    .trim();
  return name.length <= MODEL_MAX_CHARS ? name : `${name.slice(0, MODEL_MAX_CHARS - 1)}…`;
}

/** A stranger's machine says which model it runs, and nobody can check it. */
function modelWords({ servedBy, model }: Receipt): string {
  return servedBy === "cloud" ? modelName(model) : `says: ${modelName(model)}`;
}

export function receiptParts(receipt: Receipt): readonly string[] {
  return [
    ...(receipt.simulated
      ? ["Simulated: prepared text, not a model’s"]
      : [SERVED_BY[receipt.servedBy], modelWords(receipt)]),
    `${counted(receipt.tokens, "token")} in ${receipt.seconds.toFixed(1)} s`,
    receipt.credits === 0 ? "free" : counted(receipt.credits, "credit"),
    ...(receipt.handedOver ? ["handed over on the way"] : []),
    ...(receipt.read === null
      ? []
      : [
          `read ${receipt.read.characters} of ${receipt.read.of} characters: the oldest messages were left out`,
        ]),
  ];
}
