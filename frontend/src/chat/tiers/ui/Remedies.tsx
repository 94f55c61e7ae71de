import { Button } from "../../../ui/Button";
import type { Problem } from "../problems";

interface RemediesProps {
  action: Problem["action"];
  /** The name of the cheapest tier. */
  cheaper: string;
  onSignIn: () => void;
  onCheaper: () => void;
}

/** What a person can do about a message that can't be paid for, before sending it and after. */
export function Remedies({ action, cheaper, onSignIn, onCheaper }: RemediesProps) {
  if (action === null) return null;
  if (action === "sign-in") return <Button onClick={onSignIn}>Sign in</Button>;
  return (
    <>
      {action === "use-cheaper-tier" && (
        <Button data-testid="use-cheaper" onClick={onCheaper}>
          Use {cheaper}
        </Button>
      )}
      <a className="button button-plain" data-testid="buy-credits" href="/account">
        Buy credits
      </a>
      <a className="button button-plain" data-testid="earn-credits" href="/earn">
        Earn by running a worker
      </a>
    </>
  );
}
