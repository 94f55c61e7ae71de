import { useState } from "react";
import { type Standing, type Told, tell } from "../standing";
import { Remedies } from "./Remedies";

interface CreditsLineProps {
  standing: Standing;
  cheaper: string;
  onSignIn: () => void;
  onCheaper: () => void;
}

/** Below the box: what sending costs and what is left, or what to do where that isn't enough. Its line is always there. */
export function CreditsLine({ standing, ...remedies }: CreditsLineProps) {
  if (standing.kind === "unknown") return <p className="credits-line" />;
  const testId = standing.who === "guest" ? "guest-remaining" : "price";
  if (standing.kind === "fine") {
    return (
      <p className="credits-line" data-testid={testId}>
        {standing.text}
      </p>
    );
  }
  return (
    <div className="notice notice-note credits-short" role="status" data-testid="credits-short">
      <p data-testid={testId}>{standing.problem.text}</p>
      <div className="notice-actions">
        <Remedies action={standing.problem.action} {...remedies} />
      </div>
    </div>
  );
}

/** Tells a screen reader the balance once it has changed and no answer is under way. */
export function SpokenBalance({ credits, busy }: { credits: number | null; busy: boolean }) {
  const [told, setTold] = useState<Told>({ credits: null, words: "" });
  const next = tell(told, credits, busy);
  if (next !== told) setTold(next);
  return (
    <p className="visually-hidden" role="status" data-testid="spoken-balance">
      {next.words}
    </p>
  );
}
