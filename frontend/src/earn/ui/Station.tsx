import { useEffect, useRef } from "react";
import type { EarnConfig } from "../../api/types";
import { assertNever } from "../../lib/never";
import { useStore } from "../../lib/store";
import { Button } from "../../ui/Button";
import type { EarnController } from "../controller";
import type { EarnState } from "../state";
import { Lamp } from "./Lamp";
import { Preparing } from "./Preparing";
import { RunningCard } from "./RunningCard";
import { StartPanel } from "./StartPanel";
import { phaseOf, problemOf } from "./status";

interface StationProps {
  config: EarnConfig;
  earn: EarnController;
  state: EarnState;
  starting: boolean;
  onStart: () => void;
  onNative: () => void;
}

/** The machine of this tab, in whichever state it is. */
export function Station(props: StationProps) {
  const { earn, state } = props;
  const readiness = useStore(earn.readiness);
  const ref = useFocusKept(state.phase);
  return (
    <section
      ref={ref}
      className="station"
      aria-label="This tab’s worker"
      tabIndex={-1}
      data-testid="earn-phase"
      data-phase={phaseOf(state, readiness)}
      data-online={state.phase === "running" ? state.online : undefined}
      data-stopping={state.phase === "running" ? state.stopping : undefined}
    >
      <Content {...props} />
    </section>
  );
}

function Content({ config, earn, state, starting, onStart, onNative }: StationProps) {
  const readiness = useStore(earn.readiness);
  const disk = useStore(earn.disk);
  switch (state.phase) {
    case "before":
      return (
        <StartPanel
          config={config}
          readiness={readiness}
          problem={problemOf(state, readiness)}
          disk={disk}
          earn={earn}
          starting={starting}
          onStart={onStart}
          onNative={onNative}
        />
      );
    case "preparing":
    case "testing":
      return <Preparing state={state} onCancel={() => earn.stop()} />;
    case "running":
      return <RunningCard state={state} earn={earn} />;
    case "elsewhere":
      return <Elsewhere earn={earn} />;
    default:
      return assertNever(state);
  }
}

function Elsewhere({ earn }: { earn: EarnController }) {
  return (
    <div className="station-main">
      <Lamp look="dark" />
      <div className="station-words">
        <h2>Another tab of this browser is working</h2>
        <p className="station-soft">
          Two would only slow each other down. An answer that it is writing is handed on if you take over.
        </p>
        <div className="controls">
          <Button look="primary" data-testid="take-over" onClick={() => earn.takeOver()}>
            Use this tab instead
          </Button>
          <Button look="quiet" data-testid="leave-elsewhere" onClick={() => earn.stop()}>
            Leave it
          </Button>
        </div>
      </div>
    </div>
  );
}

/** The button that was pressed may be gone in the next phase; whoever used the keyboard goes on from the card. */
function useFocusKept(phase: EarnState["phase"]) {
  const ref = useRef<HTMLElement>(null);
  const before = useRef(phase);
  useEffect(() => {
    if (before.current === phase) return;
    before.current = phase;
    if (document.activeElement === document.body) ref.current?.focus({ preventScroll: true });
  }, [phase]);
  return ref;
}
