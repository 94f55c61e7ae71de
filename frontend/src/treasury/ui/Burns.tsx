import type { Burn } from "../../api/money";
import { ashao, money } from "../../lib/money";
import { dateTime } from "../../money/dates";
import { ShortHex } from "../../money/OutLink";
import { TableScroll } from "../../money/TableScroll";

/** Every purchase that was burned, with its transaction as the witness. */
export function Burns({ burns, pool }: { burns: readonly Burn[]; pool: number }) {
  return (
    <section className="burns" aria-labelledby="burns-title" data-testid="burns">
      <header className="section-head">
        <h2 id="burns-title">Burns</h2>
        <p className="section-note">{money(pool)} set aside for the next purchase</p>
      </header>
      {burns.length === 0 ? (
        <p className="empty">
          None yet. Half of what the network keeps buys $ASHAO, which is burned; each burn is listed with its
          transaction.
        </p>
      ) : (
        <TableScroll label="All burns">
          <table className="data">
            <caption className="visually-hidden">Burns, newest first</caption>
            <thead>
              <tr>
                <th scope="col">When</th>
                <th scope="col">$ASHAO burned</th>
                <th scope="col">For</th>
                <th scope="col">Transaction</th>
              </tr>
            </thead>
            <tbody>
              {burns.map((burn) => (
                <tr key={`${burn.txHash} ${burn.burned}`} data-testid="burn">
                  <th scope="row">
                    <time dateTime={burn.at}>{dateTime(burn.at)}</time>
                  </th>
                  <td>{ashao(burn.burned)}</td>
                  <td>{burn.usdc === null ? "–" : money(burn.usdc)}</td>
                  <td>
                    <ShortHex hex={burn.txHash} url={burn.url} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </TableScroll>
      )}
    </section>
  );
}
