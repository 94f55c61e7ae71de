/** What says something: notices, blanks, dialogs, badges. */
import type { ReactNode } from "react";
import { Stepper } from "../../src/money/Stepper";
import { NetworkStatus } from "../../src/site/NetworkStatus";
import { Blank } from "../../src/ui/Blank";
import { Button, IconButton } from "../../src/ui/Button";
import { Icon, Mark } from "../../src/ui/Icon";
import { Notice } from "../../src/ui/Notice";

/** As `Dialog` draws it; a real one would cover the page. */
function DialogBody() {
  return (
    <div className="dialog">
      <div className="dialog-body">
        <header className="dialog-head">
          <h2>Delete this conversation?</h2>
          <IconButton icon="close" label="Close" />
        </header>
        <p className="dialog-lead">It is gone for you and for us.</p>
        <div>
          <Button look="danger">Delete</Button> <Button>Keep</Button>
        </div>
      </div>
    </div>
  );
}

const way = [
  { name: "Sent", state: "done" },
  { name: "Counted", state: "now", note: "2 of 12 blocks" },
  { name: "Yours", state: "ahead" },
] as const;

export const blocks: Record<string, ReactNode> = {
  notices: (
    <>
      <Notice tone="note">The chain is slow today.</Notice>
      <Notice tone="error" actions={<Button>Try again</Button>}>
        That didn’t work.
      </Notice>
    </>
  ),
  blank: (
    <Blank title="This conversation isn’t here" actions={<Button look="primary">Start anew</Button>}>
      It was deleted, or it is somebody else’s.
    </Blank>
  ),
  dialog: <DialogBody />,
  stepper: <Stepper stages={way} label="The way of a deposit" />,
  "stepper-failed": (
    <Stepper
      upright
      stages={[way[0], { name: "Refused", state: "failed" }, way[2]]}
      label="The way of a payout"
    />
  ),
  badges: (
    <>
      <Mark />
      <NetworkStatus network={null} />
      <kbd>Ctrl</kbd>
      <span>
        <Icon name="check" /> Chosen
      </span>
    </>
  ),
};
