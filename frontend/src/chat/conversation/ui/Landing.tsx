import type { RefObject } from "react";
import type { Network } from "../../../api/types";
import { Presence } from "../../tiers/ui/Presence";
import { EXAMPLES, isExample } from "../examples";
import type { ConversationParts } from "../parts";
import type { ChatState } from "../state";

/** What a person sees before the first message, above the box. */
export function Landing() {
  return (
    <section className="landing">
      <h1>Ask something, and a language model on someone’s own machine answers.</h1>
    </section>
  );
}

interface LandingExamplesProps {
  app: ConversationParts;
  state: ChatState;
  inputRef: RefObject<HTMLTextAreaElement | null>;
}

/** Something to begin with. They fill the box and are gone while something else is in it; their room stays. */
export function LandingExamples({ app, state, inputRef }: LandingExamplesProps) {
  function fill(text: string) {
    app.chat.write(text);
    inputRef.current?.focus();
  }
  return (
    <ul className="examples" aria-label="Examples" data-away={!isExample(state.draft)}>
      {EXAMPLES.map((text) => (
        <li key={text}>
          <button type="button" className="example" data-testid="example" onClick={() => fill(text)}>
            {text}
          </button>
        </li>
      ))}
    </ul>
  );
}

/** Who is there, and what one should know. */
export function LandingFoot({ network }: { network: Network | null }) {
  return (
    <footer className="landing-foot">
      <Presence network={network} />
      <ul className="facts">
        <li>A machine that answers earns its owner at least 70 % of the price.</li>
        <li>It sees your words, never who you are.</li>
        <li>1 credit is $0.01. A failed answer costs nothing.</li>
      </ul>
    </footer>
  );
}
