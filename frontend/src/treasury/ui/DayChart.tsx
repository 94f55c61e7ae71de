import { useState } from "react";
import type { TreasuryDay } from "../../api/money";
import { totalOf } from "../../chart/bars";
import { Chart, ChartTable } from "../../chart/Chart";
import { money } from "../../lib/money";
import { dayName } from "../../money/dates";
import { TableScroll } from "../../money/TableScroll";
import { barText, dayChart, PART_NAMES, type Part, pointedText, sumText } from "../days";

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
  const textOf = (index: number) => {
    const day = chart?.bars[index];
    return day === undefined ? "" : barText(day);
  };
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
          <Chart
            chart={chart}
            summary={chart.summary}
            label={`${title}: the day`}
            textOf={textOf}
            times={[chart.bars.length < 14 ? "" : dayName(days[0]?.day ?? ""), "today"]}
            pointed={pointed}
            onPoint={setPointed}
          />
          <DayTable days={days} parts={parts} title={title} />
        </>
      )}
    </section>
  );
}

function DayTable({ days, parts, title }: Pick<DayChartProps, "days" | "parts" | "title">) {
  const filled = days.filter((day) => totalOf(day, parts) > 0).toReversed();
  return (
    <ChartTable>
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
    </ChartTable>
  );
}
