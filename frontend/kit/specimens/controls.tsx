/** What is pressed and what is filled in. */
import type { ReactNode } from "react";
import { TextField } from "../../src/account/ui/access/TextField";
import { TierPicker } from "../../src/chat/tiers/ui/TierPicker";
import { AmountField } from "../../src/money/AmountField";
import { Button, IconButton } from "../../src/ui/Button";
import { CopyButton } from "../../src/ui/CopyButton";
import { Icon } from "../../src/ui/Icon";

const nothing = () => undefined;
const amount = { label: "Amount", onChange: nothing, problem: null, unit: "USDC", testId: "amount" };
const text = { label: "Name", onChange: nothing, maxLength: 40, testId: "name" };
const tiers = [
  { id: "pro", name: "Pro", credits: 1 },
  { id: "max", name: "Max", credits: 5 },
] as const;

function Buttons(props: { disabled?: boolean }) {
  return (
    <>
      <Button look="primary" {...props}>
        Primary
      </Button>
      <Button {...props}>Plain</Button>
      <Button look="quiet" {...props}>
        Quiet
      </Button>
      <Button look="danger" {...props}>
        Danger
      </Button>
      <Button {...props}>
        <Icon name="retry" /> With an icon
      </Button>
    </>
  );
}

export const controls: Record<string, ReactNode> = {
  buttons: <Buttons />,
  "buttons-disabled": <Buttons disabled />,
  "icon-buttons": (
    <>
      <IconButton icon="plus" label="Add" />
      <IconButton icon="send" label="Send" look="primary" />
      <IconButton icon="trash" label="Delete" disabled />
      <CopyButton text="" label="Copy" testId="copy" />
    </>
  ),
  fields: (
    <>
      <AmountField {...amount} value="" hint="At least 1 USDC." />
      <AmountField {...amount} value="12.50" aside={<Button look="quiet">Max</Button>} />
      <AmountField {...amount} value="3" unit="$" unitBefore disabled />
      <TextField {...text} value="" placeholder="What it is for" hint="Only you see it." />
    </>
  ),
  "field-wrong": <AmountField {...amount} value="1,5,0" problem="That isn’t an amount." />,
  tiers: <TierPicker tiers={tiers} tier="pro" network={null} guest={false} onTier={nothing} />,
};
