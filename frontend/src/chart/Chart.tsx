import type { PointerEvent, ReactNode } from "react";
import { money } from "../lib/money";
import type { Bars } from "./bars";

const WIDTH = 900;
const HEIGHT = 150;
/** Of a bar's place. */
const GAP = 0.16;

interface ChartProps {
  chart: Bars<string>;
  /** The whole in words. */
  summary: string;
  /** What is pointed at, for those who hear it: "Minute of the last hour". */
  label: string;
  /** A bar in words. */
  textOf: (index: number) => string;
  /** Under the bars, from the left to the right. */
  times: readonly string[];
  pointed: number | null;
  onPoint: (index: number | null) => void;
}

/** Amounts as bars, each of its parts in its own colour, at which keys, fingers and mice can point. */
export function Chart({ chart, summary, label, textOf, times, pointed, onPoint }: ChartProps) {
  return (
    <>
      <div className="chart-plot">
        <span className="chart-top">{money(chart.top)}</span>
        <svg
          className="chart-bars"
          viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
          preserveAspectRatio="none"
          role="img"
          aria-label={summary}
        >
          {chart.bars.map(({ x, width, segments }, index) => (
            <g key={x} className="chart-bar" data-dimmed={pointed !== null && pointed !== index}>
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
        <Scrub chart={chart} label={label} textOf={textOf} pointed={pointed} onPoint={onPoint} />
      </div>
      <div className="chart-times" aria-hidden="true">
        {times.map((time) => (
          <span key={time}>{time}</span>
        ))}
      </div>
    </>
  );
}

/** Invisible over the bars: a slider, so that keys, fingers and mice can all point at one. */
function Scrub({ chart, label, textOf, pointed, onPoint }: Omit<ChartProps, "summary" | "times">) {
  const last = chart.bars.length - 1;
  const at = pointed ?? last;
  function hover(event: PointerEvent<HTMLInputElement>) {
    const { left, width } = event.currentTarget.getBoundingClientRect();
    const first = chart.bars[0];
    if (first === undefined) return;
    const index = Math.floor(((event.clientX - left) / width - first.x) / first.width);
    onPoint(index < 0 ? null : Math.min(last, index));
  }
  return (
    <input
      type="range"
      className="chart-scrub"
      aria-label={label}
      aria-valuetext={textOf(at)}
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

/** The same figures for those who would rather read them. */
export function ChartTable({ children }: { children: ReactNode }) {
  return (
    <details className="chart-table">
      <summary>As a table</summary>
      {children}
    </details>
  );
}
