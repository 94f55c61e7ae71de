import type { Rating } from "../../api/types";
import { IconButton } from "../../ui/Button";
import type { Answer } from "../state";
import { CopyButton } from "./MessageCopy";
import { ReceiptLine } from "./Receipt";

export interface AnswerToolsProps {
  answer: Answer;
  onRate: (jobId: string, rating: Rating) => void;
}

/** Under an answer that is over: what can be done with it, and its receipt. */
export function AnswerTools({ answer, onRate }: AnswerToolsProps) {
  const { jobId, rating, receipt, content } = answer;
  if (answer.status === "pending" || content === "") return null;
  return (
    <div className="answer-tools">
      <div className="answer-buttons">
        <CopyButton text={content} label="Copy answer" testId="copy-answer" />
        {jobId !== null && answer.status !== "failed" && (
          <>
            <Thumb up rating={rating} onRate={(chosen) => onRate(jobId, chosen)} />
            <Thumb up={false} rating={rating} onRate={(chosen) => onRate(jobId, chosen)} />
          </>
        )}
      </div>
      {receipt !== null && <ReceiptLine receipt={receipt} />}
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
