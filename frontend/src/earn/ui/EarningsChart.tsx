import { useState } from "react";
import type { Minute } from "../../api/types";
import type { Bars } from "../../chart/bars";
import { Chart, ChartTable } from "../../chart/Chart";
import { money } from "../../lib/money";
import { clock } from "../format";
import { hourChart, minuteText, summaryOf, sumText } from "../hour";

/** What each minute of the last hour earned. */
export function EarningsChart({ hour }: { hour: readonly Minute[] }) {
  const chart = hourChart(hour);
  return (
    <section className="chart" data-testid="hour-chart" aria-label="The last hour">
      {chart === null ? <Empty /> : <Filled chart={chart} minutes={hour} />}
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

function Filled({ chart, minutes }: { chart: Bars<string>; minutes: readonly Minute[] }) {
  const [pointed, setPointed] = useState<number | null>(null);
  const textOf = (index: number) => {
    const minute = minutes[index];
    return minute === undefined ? "" : minuteText(minute);
  };
  return (
    <>
      <div className="chart-head">
        <h3>The last hour</h3>
        <p data-testid="hour-minute">{pointed === null ? sumText(minutes) : textOf(pointed)}</p>
      </div>
      <Chart
        chart={chart}
        summary={summaryOf(minutes)}
        label="Minute of the last hour"
        textOf={textOf}
        times={[clock(minutes[0]?.at ?? ""), clock(minutes[Math.floor(minutes.length / 2)]?.at ?? ""), "now"]}
        pointed={pointed}
        onPoint={setPointed}
      />
      <MinuteTable minutes={minutes} />
    </>
  );
}

function MinuteTable({ minutes }: { minutes: readonly Minute[] }) {
  return (
    <ChartTable>
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
    </ChartTable>
  );
}
