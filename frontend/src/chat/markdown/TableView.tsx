import { useState } from "react";
import { Button } from "../../ui/Button";
import { directionOfCells } from "./direction";
import { InlineViews } from "./InlineViews";
import { TABLE_MAX_CELLS, TABLE_MAX_ROWS } from "./limits";
import type { Align, Cell } from "./tree";

interface TableViewProps {
  align: readonly Align[];
  head: readonly Cell[];
  rows: readonly (readonly Cell[])[];
}

export function TableView({ align, head, rows }: TableViewProps) {
  const [all, showAll] = useState(false);
  const columns = all ? head.length : Math.min(head.length, TABLE_MAX_CELLS / 10);
  const max = Math.max(1, Math.min(TABLE_MAX_ROWS, Math.floor(TABLE_MAX_CELLS / Math.max(columns, 1))));
  const shown = all ? rows : rows.slice(0, max);
  const more = shown.length < rows.length || columns < head.length;
  return (
    <div className="table-block">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable with the keyboard. */}
      <section className="table-scroll" tabIndex={0} aria-label="Table">
        <table dir={directionOfCells([...head, ...(rows[0] ?? [])])}>
          <thead>
            <Row cells={head.slice(0, columns)} align={align} head />
          </thead>
          <tbody>
            {shown.map((cells, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: a row's place is its identity.
              <Row key={index} cells={cells.slice(0, columns)} align={align} />
            ))}
          </tbody>
        </table>
      </section>
      {more && (
        <Button className="show-rest" onClick={() => showAll(true)}>
          Show all ({rows.length.toLocaleString("en")} rows, {head.length.toLocaleString("en")} columns)
        </Button>
      )}
    </div>
  );
}

function Row({
  cells,
  align,
  head = false,
}: {
  cells: readonly Cell[];
  align: readonly Align[];
  head?: boolean;
}) {
  const Tag = head ? "th" : "td";
  return (
    <tr>
      {cells.map((cell, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a cell's place is its identity.
        <Tag key={index} dir="auto" data-align={align[index] ?? undefined} scope={head ? "col" : undefined}>
          <InlineViews inlines={cell} />
        </Tag>
      ))}
    </tr>
  );
}
