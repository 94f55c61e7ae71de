import { type PointerEvent, useState } from "react";
import type { TreasuryDay } from "../../api/money";
import { money } from "../../lib/money";
import { dayName } from "../../money/dates";
import { TableScroll } from "../../money/TableScroll";
import {
  barText,
  type DayChartShape,
  dayChart,
  PART_NAMES,
  type Part,
  pointedText,
  sumText,
  totalOf,
} from "../days";

const WIDTH = 900;
const HEIGHT = 150;
const GAP = 0.16;

interface DayChartProps {
  id: string;
  title: string;
  empty: string;
  days: readonly TreasuryDay[];
  parts: readonly Part[];
}

/** Days as bars, each of its parts in its own colour; the day that is pointed at in words above. */
export function DayChart({ id, title, empty, days, parts }: DayChartProps) {
  const [pointed, setPointed] = useState<number | null>(null);
  const chart = dayChart(days, parts);
  const bar = pointed === null ? undefined : chart?.bars[pointed];
  const titleId = `chart-${id}`;
  return (
    <section className="chart" data-testid={`chart-${id}`} aria-labelledby={titleId}>
      <header className="section-head">
        <h2 id={titleId}>{title}</h2>
        {chart !== null && (
          <p className="section-note">{bar === undefined ? sumText(days, parts) : pointedText(bar, parts)}</p>
        )}
      </header>
      {chart === null ? (
        <p className="chart-empty">{empty}</p>
      ) : (
        <>
          <div className="chart-plot">
            <span className="chart-top">{money(chart.top)}</span>
            <Bars chart={chart} pointed={pointed} />
            <Scrub chart={chart} title={title} pointed={pointed} onPoint={setPointed} />
          </div>
          <div className="chart-times" aria-hidden="true">
            <span>{chart.bars.length < 14 ? "" : dayName(days[0]?.day ?? "")}</span>
            <span>today</span>
          </div>
          <DayTable days={days} parts={parts} title={title} />
        </>
      )}
    </section>
  );
}

function Bars({ chart, pointed }: { chart: DayChartShape; pointed: number | null }) {
  return (
    <svg
      className="chart-bars"
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={chart.summary}
    >
      {chart.bars.map(({ day, x, width, segments }, index) => (
        <g key={day.day} className="chart-day" data-dimmed={pointed !== null && pointed !== index}>
          {segments.map((segment) => (
            <rect
              key={segment.part}
              className="part"
              data-part={segment.part}
              x={(x + (width * GAP) / 2) * WIDTH}
              y={segment.y * HEIGHT}
              width={width * (1 - GAP) * WIDTH}
              height={segment.height * HEIGHT}
            />
          ))}
        </g>
      ))}
    </svg>
  );
}

interface ScrubProps {
  chart: DayChartShape;
  title: string;
  pointed: number | null;
  onPoint: (index: number | null) => void;
}

/** Invisible over the bars: a slider, so that keys, fingers and mice can all point at a day. */
function Scrub({ chart, title, pointed, onPoint }: ScrubProps) {
  const last = chart.bars.length - 1;
  const at = pointed ?? last;
  const bar = chart.bars[at];
  function hover(event: PointerEvent<HTMLInputElement>) {
    const box = event.currentTarget.getBoundingClientRect();
    const part = (event.clientX - box.left) / box.width;
    const index = chart.bars.findIndex(({ x, width }) => part >= x && part < x + width);
    onPoint(index < 0 ? null : index);
  }
  return (
    <input
      type="range"
      className="chart-scrub"
      aria-label={`${title}: the day`}
      aria-valuetext={bar === undefined ? undefined : barText(bar)}
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

function DayTable({ days, parts, title }: Pick<DayChartProps, "days" | "parts" | "title">) {
  const filled = days.filter((day) => totalOf(day, parts) > 0).toReversed();
  return (
    <details className="chart-table">
      <summary>As a table</summary>
      <TableScroll label={title}>
        <table className="data">
          <caption className="visually-hidden">{title}: days that have something</caption>
          <thead>
            <tr>
              <th scope="col">Day</th>
              {parts.map((part) => (
                <th key={part} scope="col">
                  {PART_NAMES[part]}
                </th>
              ))}
              {parts.length > 1 && <th scope="col">Together</th>}
            </tr>
          </thead>
          <tbody>
            {filled.map((day) => (
              <tr key={day.day}>
                <th scope="row">{dayName(day.day)}</th>
                {parts.map((part) => (
                  <td key={part}>{money(day[part])}</td>
                ))}
                {parts.length > 1 && <td>{money(totalOf(day, parts))}</td>}
              </tr>
            ))}
          </tbody>
        </table>
      </TableScroll>
    </details>
  );
}
