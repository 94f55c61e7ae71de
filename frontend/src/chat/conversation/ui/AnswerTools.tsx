import { useContext } from "react";
import type { Rating } from "../../../api/types";
import { IconButton } from "../../../ui/Button";
import { CopyButton } from "../../../ui/CopyButton";
import { ChosenTier } from "../../tiers/ui/ChosenTier";
import type { Answer } from "../messages";
import { MessageButton, VersionSwitch } from "./MessageVersions";
import { ReceiptLine } from "./Receipt";

export interface AnswerActions {
  onRetry: (jobId: string) => void;
  onReconnect: () => void;
  onRate: (jobId: string, rating: Rating) => void;
  onSwitch: (messageId: string) => void;
}

interface AnswerToolsProps {
  answer: Answer;
  actions: AnswerActions;
}

/** Under an answer: its other versions, and when it is over what can be done with it, and its receipt. */
export function AnswerTools({ answer, actions }: AnswerToolsProps) {
  const over = answer.status !== "pending" && answer.content !== "";
  if (!over && answer.versions.length < 2) return null;
  return (
    <div className="answer-tools">
      <VersionSwitch message={answer} onSwitch={actions.onSwitch} />
      {over && <AnswerButtons answer={answer} actions={actions} />}
      {over && answer.receipt !== null && <ReceiptLine receipt={answer.receipt} />}
    </div>
  );
}

function AnswerButtons({ answer, actions }: AnswerToolsProps) {
  const { jobId, rating, content } = answer;
  const tier = useContext(ChosenTier);
  return (
    <div className="answer-buttons">
      <CopyButton text={content} label="Copy answer" testId="copy-answer" />
      {jobId !== null && answer.status !== "failed" && (
        <>
          <MessageButton
            icon="retry"
            label={`Write another answer with ${tier}`}
            testId="retry-answer"
            onPress={() => actions.onRetry(jobId)}
          />
          <Thumb up rating={rating} onRate={(chosen) => actions.onRate(jobId, chosen)} />
          <Thumb up={false} rating={rating} onRate={(chosen) => actions.onRate(jobId, chosen)} />
        </>
      )}
    </div>
  );
}

interface ThumbProps {
  up: boolean;
  rating: Rating;
  onRate: (rating: Rating) => void;
}

/** Pressed again it is taken back. */
function Thumb({ up, rating, onRate }: ThumbProps) {
  const value: Rating = up ? 1 : -1;
  const pressed = rating === value;
  return (
    <IconButton
      icon={up ? "up-thumb" : "down-thumb"}
      label={up ? "Good answer" : "Bad answer"}
      className="thumb"
      data-testid={up ? "rate-up" : "rate-down"}
      aria-pressed={pressed}
      onClick={() => onRate(pressed ? 0 : value)}
    />
  );
}
