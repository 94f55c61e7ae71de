import { Button } from "../ui/Button";

interface WalletButtonProps {
  testId: string;
  name: string;
  hint?: string;
  icon: string | null;
  waiting: boolean;
  disabled: boolean;
  onClick: () => void;
}

/** One wallet to choose, which says when it waits for its owner. */
export function WalletButton({ testId, name, hint, icon, waiting, disabled, onClick }: WalletButtonProps) {
  return (
    <Button className="wallet" data-testid={testId} disabled={disabled} onClick={onClick}>
      {icon === null ? <span className="wallet-blank" /> : <img src={icon} alt="" width="32" height="32" />}
      <span className="wallet-name">
        {name}
        {hint !== undefined && <small>{hint}</small>}
      </span>
      {waiting && <span className="wallet-wait">Waiting for your signature</span>}
    </Button>
  );
}
