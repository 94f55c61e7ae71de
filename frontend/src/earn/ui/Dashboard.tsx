import { useId } from "react";
import type { WorkerRow, WorkerStats } from "../../api/types";
import { assertNever } from "../../lib/never";
import { useStore } from "../../lib/store";
import { Button } from "../../ui/Button";
import { Notice } from "../../ui/Notice";
import type { EarnApp } from "../app";
import type { EarnState } from "../state";
import { EarningsChart } from "./EarningsChart";
import { RecentJobs } from "./RecentJobs";
import { Totals } from "./Totals";
import { Workers } from "./Workers";

interface DashboardProps {
  app: EarnApp;
  state: EarnState;
}

/** What the owner's machines earned and how they are: the server's figures, there again after a reload. */
export function Dashboard({ app, state }: DashboardProps) {
  const { dashboard, config } = app;
  const shown = useStore(dashboard.store);
  const titleId = useId();
  const stats = shown.phase === "ready" ? shown.stats : null;
  const stale = shown.phase === "ready" && shown.stale;
  return (
    <section
      className="dashboard"
      data-testid="dashboard"
      data-state={shown.phase}
      data-stale={stale}
      aria-labelledby={titleId}
      aria-busy={shown.phase === "loading"}
    >
      <h2 id={titleId} className="visually-hidden">
        Your earnings
      </h2>
      {shown.phase === "failed" && (
        <Notice tone="error" actions={<Button onClick={() => void dashboard.refresh()}>Try again</Button>}>
          Your figures couldn’t be loaded. {shown.message}
        </Notice>
      )}
      {stale && (
        <Notice tone="note" actions={<Button onClick={() => void dashboard.refresh()}>Try again</Button>}>
          These figures are not up to date: the network can’t be reached.
        </Notice>
      )}
      {shown.phase !== "failed" && <Totals stats={stats} state={state} config={config} />}
      {stats !== null && <Details app={app} stats={stats} state={state} />}
    </section>
  );
}

function Details({ app, stats, state }: DashboardProps & { stats: WorkerStats }) {
  const { dashboard } = app;
  return (
    <div className="details">
      <EarningsChart hour={stats.hour} />
      <RecentJobs jobs={stats.recent} />
      <Workers
        workers={stats.workers.map((worker) => ({ ...worker, status: statusNow(worker, state) }))}
        nameOf={(id) => app.config.earn.models.find((model) => model.id === id)?.name ?? id}
        thisTab={state.phase === "running" ? state.workerId : null}
        onPause={(id, paused) => dashboard.pauseWorker(id, paused)}
        onRemove={(id) => dashboard.removeWorker(id)}
      />
    </div>
  );
}

/** The figures are some seconds old; what this tab itself does is known. */
function statusNow({ id, status }: WorkerRow, state: EarnState): WorkerRow["status"] {
  if (state.phase !== "running" || state.workerId !== id || !state.online) return status;
  const { activity } = state;
  switch (activity.type) {
    case "waiting":
      return "waiting";
    case "generating":
      return "busy";
    case "paused":
      return activity.finishing ? "busy" : "paused";
    default:
      return assertNever(activity);
  }
}
