import { type PointerEvent, useState } from "react";
import type { Minute } from "../../api/types";
import { money } from "../../lib/money";
import { counted } from "../../ui/words";
import { type HourChart, hourChart, minuteText } from "./chart";
import { clock } from "./format";

const WIDTH = 600;
const HEIGHT = 120;
const GAP = 2;

/** What each minute of the last hour earned. */
export function EarningsChart({ hour }: { hour: readonly Minute[] }) {
  const chart = hourChart(hour);
  return (
    <section className="chart" data-testid="hour-chart" aria-label="The last hour">
      {chart === null ? <Empty /> : <Filled chart={chart} />}
    </section>
  );
}

function Empty() {
  return (
    <>
      <div className="chart-head">
        <h3>The last hour</h3>
      </div>
      <p className="chart-empty">What each minute earns will stand here.</p>
    </>
  );
}

function Filled({ chart }: { chart: HourChart }) {
  const [pointed, setPointed] = useState<number | null>(null);
  const bar = pointed === null ? undefined : chart.bars[pointed];
  const minutes = chart.bars.map((one) => one.minute);
  return (
    <>
      <div className="chart-head">
        <h3>The last hour</h3>
        <p data-testid="hour-minute">{bar === undefined ? sumText(minutes) : minuteText(bar.minute)}</p>
      </div>
      <div className="chart-plot">
        <span className="chart-top">{money(chart.top)}</span>
        <Bars chart={chart} pointed={pointed} />
        <Scrub chart={chart} pointed={pointed} onPoint={setPointed} />
      </div>
      <div className="chart-times" aria-hidden="true">
        <span>{clock(minutes[0]?.at ?? "")}</span>
        <span>{clock(minutes[Math.floor(minutes.length / 2)]?.at ?? "")}</span>
        <span>now</span>
      </div>
      <MinuteTable minutes={minutes} />
    </>
  );
}

function Bars({ chart, pointed }: { chart: HourChart; pointed: number | null }) {
  const width = WIDTH / chart.bars.length - GAP;
  return (
    <svg
      className="chart-bars"
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={chart.summary}
    >
      {chart.bars.map(({ minute, x, height }, index) => (
        <rect
          key={minute.at}
          className="chart-bar"
          data-pointed={index === pointed}
          data-now={index === chart.bars.length - 1}
          x={x * WIDTH + GAP / 2}
          y={HEIGHT - height * HEIGHT}
          width={width}
          height={height * HEIGHT}
        />
      ))}
    </svg>
  );
}

interface ScrubProps {
  chart: HourChart;
  pointed: number | null;
  onPoint: (index: number | null) => void;
}

/** Invisible over the bars: a slider, so that keys, fingers and mice can all point at a minute. */
function Scrub({ chart, pointed, onPoint }: ScrubProps) {
  const last = chart.bars.length - 1;
  const at = pointed ?? last;
  const minute = chart.bars[at]?.minute;
  function hover(event: PointerEvent<HTMLInputElement>) {
    const box = event.currentTarget.getBoundingClientRect();
    const part = (event.clientX - box.left) / box.width;
    onPoint(Math.min(last, Math.max(0, Math.floor(part * chart.bars.length))));
  }
  return (
    <input
      type="range"
      className="chart-scrub"
      aria-label="Minute of the last hour"
      aria-valuetext={minute === undefined ? undefined : minuteText(minute)}
      min={0}
      max={last}
      value={at}
      onChange={(event) => onPoint(event.target.valueAsNumber)}
      onFocus={() => onPoint(at)}
      onBlur={() => onPoint(null)}
      onPointerMove={hover}
      onPointerLeave={() => onPoint(null)}
    />
  );
}

function MinuteTable({ minutes }: { minutes: readonly Minute[] }) {
  return (
    <details className="chart-table">
      <summary>As a table</summary>
      <div className="table-scroll">
        <table data-testid="hour-table">
          <caption className="visually-hidden">Minutes of the last hour that earned something</caption>
          <thead>
            <tr>
              <th scope="col">Minute</th>
              <th scope="col">Answers</th>
              <th scope="col">Tokens</th>
              <th scope="col">Earned</th>
            </tr>
          </thead>
          <tbody>
            {minutes
              .filter((minute) => minute.jobs > 0 || minute.earned > 0)
              .map((minute) => (
                <tr key={minute.at}>
                  <th scope="row">{clock(minute.at)}</th>
                  <td>{minute.jobs}</td>
                  <td>{minute.tokens.toLocaleString("en")}</td>
                  <td>{money(minute.earned)}</td>
                </tr>
              ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}

function sumText(minutes: readonly Minute[]): string {
  const earned = minutes.reduce((sum, minute) => sum + minute.earned, 0);
  const jobs = minutes.reduce((sum, minute) => sum + minute.jobs, 0);
  return `${money(earned)} for ${counted(jobs, "answer")}`;
}
