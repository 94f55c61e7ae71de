import type { Network } from "../../api/types";
import { Presence } from "./Presence";

/** What a person sees before the first message. */
export function Landing({ network }: { network: Network | null }) {
  return (
    <section className="landing">
      <Presence network={network} />
      <h1>Ask something, and a language model on someone’s own machine answers.</h1>
    </section>
  );
}

export function LandingFacts() {
  return (
    <ul className="facts">
      <li>A machine that answers earns its owner at least 70 % of the price.</li>
      <li>It sees your words, never who you are.</li>
      <li>1 credit is $0.01. A failed answer costs nothing.</li>
    </ul>
  );
}
