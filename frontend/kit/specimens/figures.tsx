/** Amounts: as figures, as a chart, in a table. */
import type { ReactNode } from "react";
import { stacked } from "../../src/chart/bars";
import { Chart, ChartTable } from "../../src/chart/Chart";
import { Exact, Figure, Figures } from "../../src/money/Figures";
import { TableScroll } from "../../src/money/TableScroll";

const rows = [3, 0, 7, 10, 1, 6].map((workers) => ({ workers: workers * 100_000 }));
const chart = stacked(rows, ["workers"], 8);

function ExampleChart({ pointed }: { pointed: number | null }) {
  if (chart === null) return null;
  return (
    <section>
      <Chart
        chart={chart}
        summary="Six days"
        label="The day"
        textOf={(index) => `Day ${index}`}
        times={["1 Nov", "today"]}
        pointed={pointed}
        onPoint={() => undefined}
      />
      <ChartTable>Nothing</ChartTable>
    </section>
  );
}

export const figures: Record<string, ReactNode> = {
  figures: (
    <Figures>
      <Figure name="Credits" main>
        <Exact testId="credits" exact={12} text="1,204" />
      </Figure>
      <Figure name="Earned" note="since Monday">
        <Exact testId="earned" exact={1} text="$3.70" />
      </Figure>
      <Figure name="Held">
        <Exact testId="held" exact={null} text={null} />
      </Figure>
    </Figures>
  ),
  chart: <ExampleChart pointed={null} />,
  "chart-pointed": <ExampleChart pointed={2} />,
  table: (
    <TableScroll label="Days">
      <table className="data">
        <thead>
          <tr>
            <th scope="col">Day</th>
            <th scope="col">Paid</th>
          </tr>
        </thead>
        <tbody>
          <tr>
            <th scope="row">1 Nov</th>
            <td>$1.20</td>
          </tr>
          <tr>
            <th scope="row">2 Nov</th>
            <td>$0.07</td>
          </tr>
        </tbody>
      </table>
    </TableScroll>
  ),
};
