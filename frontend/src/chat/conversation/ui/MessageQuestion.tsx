import type { ReactNode } from "react";
import { Button } from "../../../ui/Button";
import { Icon } from "../../../ui/Icon";
import type { Outgoing, Question } from "../messages";
import type { Editing } from "../state";
import { EditForm } from "./MessageEdit";
import { MessageButton, VersionSwitch } from "./MessageVersions";

export interface QuestionActions {
  onEdit: (messageId: string) => void;
  onEditWrite: (text: string) => void;
  onEditCancel: () => void;
  onEditSend: (text: string) => void;
  onSwitch: (messageId: string) => void;
}

interface QuestionItemProps extends QuestionActions {
  question: Question;
  /** It is being worded anew. */
  editing: Editing | null;
}

export function QuestionItem({ question, editing, ...actions }: QuestionItemProps) {
  return (
    <QuestionFrame id={question.id}>
      {editing === null ? (
        <QuestionText content={question.content} />
      ) : (
        <EditForm
          key={question.id}
          text={editing.text}
          onWrite={actions.onEditWrite}
          onCancel={actions.onEditCancel}
          onSend={actions.onEditSend}
        />
      )}
      {/* Kept while it is edited: the focus comes back here. */}
      <div className="question-tools" hidden={editing !== null}>
        <VersionSwitch message={question} onSwitch={actions.onSwitch} />
        <MessageButton
          icon="edit"
          label="Edit your message"
          testId="edit-question"
          onPress={() => actions.onEdit(question.id)}
        />
      </div>
    </QuestionFrame>
  );
}

interface OutgoingItemProps {
  outgoing: Outgoing;
  onResend: () => void;
  onDiscard: () => void;
}

export function OutgoingItem({ outgoing, onResend, onDiscard }: OutgoingItemProps) {
  return (
    <QuestionFrame>
      <QuestionText content={outgoing.content} />
      {outgoing.status === "sending" ? (
        <p className="message-foot">Sending…</p>
      ) : (
        <div className="message-foot message-foot-failed" role="alert" data-testid="error">
          <span>Not sent: ashao can’t be reached.</span>
          <Button onClick={onResend}>
            <Icon name="retry" /> Try again
          </Button>
          <Button look="quiet" onClick={onDiscard}>
            Edit
          </Button>
        </div>
      )}
    </QuestionFrame>
  );
}

function QuestionFrame({ id, children }: { id?: string; children: ReactNode }) {
  return (
    <li className="message message-user" data-testid="message-user" data-message={id}>
      <h2 className="message-who">You</h2>
      {children}
    </li>
  );
}

function QuestionText({ content }: { content: string }) {
  return (
    <div className="message-text message-plain" dir="auto">
      {content}
    </div>
  );
}
