import { memo, useContext, useRef } from "react";
import { Button } from "../../../ui/Button";
import { Icon } from "../../../ui/Icon";
import { AnswerText, PlainText } from "../../markdown/AnswerText";
import { withoutOverrides } from "../../markdown/links";
import { ChosenTier } from "../../tiers/ui/ChosenTier";
import type { Answer } from "../messages";
import type { ChatState } from "../state";
import { type AnswerActions, AnswerTools } from "./AnswerTools";
import { type MessageNearness, useWasNear } from "./MessageNearness";

interface AnswerItemProps {
  answer: Answer;
  tierName: string | null;
  nearness: MessageNearness;
  connection: ChatState["connection"];
  actions: AnswerActions;
}

export const AnswerItem = memo(function AnswerItem(props: AnswerItemProps) {
  const { answer, tierName, nearness, connection, actions } = props;
  const item = useRef<HTMLLIElement>(null);
  const live = answer.status === "pending";
  const near = useWasNear(item, nearness, live);
  return (
    <li
      ref={item}
      className="message message-assistant"
      data-testid="message-assistant"
      data-message={answer.id}
      data-status={answer.status}
      aria-busy={live}
    >
      <h2 className="message-who">
        ashao{tierName !== null && <span className="message-tier"> {tierName}</span>}
      </h2>
      {live && answer.content === "" && <Waiting thinking={answer.thoughts !== ""} />}
      {answer.thoughts !== "" && <Thoughts text={answer.thoughts} />}
      {answer.content !== "" &&
        (near ? (
          <AnswerText key={answer.id} content={answer.content} live={live} />
        ) : (
          <PlainText content={answer.content} />
        ))}
      <AnswerFoot answer={answer} connection={connection} actions={actions} />
      <AnswerTools answer={answer} actions={actions} />
    </li>
  );
});

type AnswerFootProps = Pick<AnswerItemProps, "answer" | "connection" | "actions">;

function AnswerFoot({ answer, connection, actions }: AnswerFootProps) {
  const { jobId } = answer;
  const tier = useContext(ChosenTier);
  if (answer.status === "stopped") return <p className="message-foot">You stopped this answer.</p>;
  if (answer.status === "failed") {
    return (
      <div className="message-foot message-foot-failed" role="alert">
        <span>{answer.failure ?? "This answer failed."} You weren’t charged for it.</span>
        {jobId !== null && (
          <Button disabled={answer.asked !== null} onClick={() => actions.onRetry(jobId)}>
            <Icon name="retry" /> Try again with {tier}
          </Button>
        )}
      </div>
    );
  }
  if (answer.status === "done" && answer.finish === "length")
    return <p className="message-foot">This answer ends here because it reached its greatest length.</p>;
  if (connection === "reconnecting") return <p className="message-foot">Connection lost. Reconnecting…</p>;
  if (connection === "lost") {
    return (
      <div className="message-foot">
        <span>The connection didn’t come back. The answer is still being written.</span>
        <Button onClick={actions.onReconnect}>Reconnect</Button>
      </div>
    );
  }
  return null;
}

/** Folded: it isn't the answer. */
function Thoughts({ text }: { text: string }) {
  return (
    <details className="thoughts" data-testid="thoughts">
      <summary>What the model thought</summary>
      <div className="message-plain" dir="auto">
        {withoutOverrides(text)}
      </div>
    </details>
  );
}

function Waiting({ thinking }: { thinking: boolean }) {
  return (
    <p className="waiting">
      <span className="waiting-dots" aria-hidden="true">
        <i />
        <i />
        <i />
      </span>
      {thinking ? "Thinking" : "Finding a machine"}
    </p>
  );
}
