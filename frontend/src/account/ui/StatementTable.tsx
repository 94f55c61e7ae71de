import type { ChainConfig, StatementPart, StatementRow } from "../../api/money";
import { credits, money, signed } from "../../lib/money";
import { useStore } from "../../lib/store";
import { dateTime } from "../../money/dates";
import { ShortHex } from "../../money/OutLink";
import { TableScroll } from "../../money/TableScroll";
import { Button } from "../../ui/Button";
import { Notice } from "../../ui/Notice";
import type { AccountApp } from "../app";
import { inCredits, kindName, PART_NAME } from "../words";

const PARTS = [null, "credits", "granted", "earnings", "escrow"] as const;

/** Every credit and every cent, in and out. */
export function StatementTable({ app }: { app: AccountApp }) {
  const { statement } = app;
  const state = useStore(statement.store);
  return (
    <section
      className="statement"
      id="statement"
      aria-labelledby="statement-title"
      data-testid="statement"
      data-state={state.phase}
    >
      <header className="section-head">
        <h2 id="statement-title">Statement</h2>
        <a className="plain-link" href="/api/statement.csv" data-testid="statement-csv" download>
          Everything as CSV
        </a>
      </header>
      <Filter part={state.part} onChoose={(part) => statement.choose(part)} />
      {state.phase === "ready" && state.rows.length === 0 && (
        <p className="empty">
          Nothing yet. What comes in and goes out will stand here, each with its reason.
        </p>
      )}
      {state.phase === "loading" && <p className="empty">Loading…</p>}
      {state.rows.length > 0 && (
        <TableScroll label="Statement rows">
          <table className="data">
            <caption className="visually-hidden">Statement, newest first</caption>
            <thead>
              <tr>
                <th scope="col">When</th>
                <th scope="col" className="text">
                  What
                </th>
                <th scope="col" className="text wide-only">
                  Reference
                </th>
                <th scope="col">Amount</th>
                <th scope="col">Balance</th>
              </tr>
            </thead>
            <tbody>
              {state.rows.map((row) => (
                <Row key={row.id} row={row} chain={app.config.chain} />
              ))}
            </tbody>
          </table>
        </TableScroll>
      )}
      {state.message !== null && (
        <Notice tone="error" actions={<Button onClick={() => statement.retry()}>Try again</Button>}>
          {state.message}
        </Notice>
      )}
      {state.next !== null && (
        <Button
          look="quiet"
          className="more"
          data-testid="statement-older"
          disabled={state.loadingOlder}
          onClick={() => void statement.older()}
        >
          {state.loadingOlder ? "Loading…" : "Show older"}
        </Button>
      )}
    </section>
  );
}

interface FilterProps {
  part: StatementPart | null;
  onChoose: (part: StatementPart | null) => void;
}

function Filter({ part, onChoose }: FilterProps) {
  return (
    <fieldset className="filters">
      <legend className="visually-hidden">Show</legend>
      {PARTS.map((one) => (
        <label className="filter" key={one ?? "all"}>
          <input
            type="radio"
            name="statement-part"
            data-testid={`statement-${one ?? "all"}`}
            checked={one === part}
            onChange={() => onChoose(one)}
          />
          <span className="filter-face">{one === null ? "All" : PART_NAME[one]}</span>
        </label>
      ))}
    </fieldset>
  );
}

function Row({ row, chain }: { row: StatementRow; chain: ChainConfig | null }) {
  const text = inCredits(row.part) ? credits : money;
  return (
    <tr data-testid="statement-row" data-kind={row.kind} data-part={row.part} data-micros={row.amount}>
      <th scope="row">
        <time dateTime={row.at}>{dateTime(row.at)}</time>
      </th>
      <td className="text">
        {kindName(row)}
        <small>{PART_NAME[row.part]}</small>
      </td>
      <td className="text wide-only">
        <Reference reference={row.reference} explorer={chain?.explorer ?? null} />
      </td>
      <td className="amount" data-sign={row.amount < 0 ? "minus" : "plus"}>
        {signed(row.amount, text)}
        <Unit part={row.part} />
      </td>
      <td>
        {text(row.balance)}
        <Unit part={row.part} />
      </td>
    </tr>
  );
}

function Unit({ part }: { part: StatementPart }) {
  return inCredits(part) ? <span className="unit"> credits</span> : null;
}

/** A transaction is linked; other references are what support asks for. */
function Reference({ reference, explorer }: { reference: string; explorer: string | null }) {
  if (reference === "") return null;
  if (/^0x[0-9a-fA-F]{64}$/.test(reference))
    return <ShortHex hex={reference} url={explorer === null ? null : `${explorer}/tx/${reference}`} />;
  return (
    <span className="hex" title={reference}>
      {reference.length > 18 ? `${reference.slice(0, 10)}…${reference.slice(-4)}` : reference}
    </span>
  );
}
