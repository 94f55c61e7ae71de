import { useState } from "react";
import type { FinishedJob } from "../../api/types";
import { money } from "../../lib/money";
import { Button } from "../../ui/Button";
import { clock, duration } from "../format";

const SHOWN_FIRST = 8;

/** The last answers by their figures. Their text is nobody's here. */
export function RecentJobs({ jobs }: { jobs: readonly FinishedJob[] }) {
  const [all, setAll] = useState(false);
  const shown = all ? jobs : jobs.slice(0, SHOWN_FIRST);
  return (
    <section className="recent" aria-label="Last answers">
      <h3>Last answers</h3>
      {jobs.length === 0 ? (
        <p className="empty">None yet. They are listed by their figures: nobody’s words are kept.</p>
      ) : (
        <table>
          <caption className="visually-hidden">The last answers of your machines</caption>
          <thead>
            <tr>
              <th scope="col">Ended</th>
              <th scope="col">Tokens</th>
              <th scope="col">Took</th>
              <th scope="col">Earned</th>
            </tr>
          </thead>
          <tbody>
            {shown.map((job, index) => (
              <tr
                // biome-ignore lint/suspicious/noArrayIndexKey: two jobs can end at once, and rows hold no state.
                key={`${job.finishedAt}-${index}`}
                data-testid="recent-job"
                data-micros={job.earned}
                data-worker-id={job.workerId}
              >
                <th scope="row">
                  <time dateTime={job.finishedAt}>{clock(job.finishedAt)}</time>
                </th>
                <td>{job.tokens.toLocaleString("en")}</td>
                <td>{duration(job.seconds)}</td>
                <td className="recent-earned">{money(job.earned)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {shown.length < jobs.length && (
        <Button look="quiet" className="recent-more" data-testid="more-jobs" onClick={() => setAll(true)}>
          Show {jobs.length - shown.length} more
        </Button>
      )}
    </section>
  );
}
