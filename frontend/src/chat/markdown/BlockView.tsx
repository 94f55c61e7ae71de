import { createElement, memo, useState } from "react";
import { assertNever } from "../../lib/never";
import { CodeBlock } from "./CodeBlock";
import { directionOfBlocks } from "./direction";
import { FormulaView, OpenFormula } from "./FormulaView";
import { InlineViews } from "./InlineViews";
import { TableView } from "./TableView";
import type { Block, ListItem } from "./tree";

/** One block. The same object is drawn once. */
export const BlockView = memo(function BlockView({ block }: { block: Block }) {
  switch (block.type) {
    case "paragraph":
      return (
        <p dir="auto">
          <InlineViews inlines={block.inlines} />
        </p>
      );
    case "heading":
      // The page has its own first headings; those of an answer come below them.
      return createElement(
        `h${Math.min(block.level + 2, 6)}`,
        { dir: "auto", className: `heading-${block.level}` },
        <InlineViews inlines={block.inlines} />,
      );
    case "code":
      return <CodeBlock text={block.text} language={block.language} />;
    case "math":
      return block.open ? <OpenFormula tex={block.tex} /> : <FormulaView tex={block.tex} display />;
    case "quote":
      return (
        <blockquote dir={directionOfBlocks(block.blocks)}>
          <BlockViews blocks={block.blocks} />
        </blockquote>
      );
    case "list":
      return <ListView start={block.start} items={block.items} />;
    case "table":
      return <TableView align={block.align} head={block.head} rows={block.rows} />;
    case "details":
      return <DetailsView {...block} />;
    case "note":
      return (
        <aside className="note" dir={directionOfBlocks(block.blocks)} data-note={block.label} tabIndex={-1}>
          <bdi className="note-label">{block.label}</bdi>
          <BlockViews blocks={block.blocks} />
        </aside>
      );
    case "rule":
      return <hr />;
    case "plain":
      return <p className="message-plain">{block.text}</p>;
    default:
      return assertNever(block);
  }
});

export function BlockViews({ blocks }: { blocks: readonly Block[] }) {
  // biome-ignore lint/suspicious/noArrayIndexKey: a block's place is its identity.
  return blocks.map((block, index) => <BlockView key={index} block={block} />);
}

/** Folded, as it is written; unfolded for whoever saw it being written. */
function DetailsView({ summary, blocks, open }: Extract<Block, { type: "details" }>) {
  const [begunOpen] = useState(open);
  return (
    <details className="details" open={begunOpen} dir={directionOfBlocks(blocks)}>
      <summary dir="auto">{summary.length === 0 ? "Details" : <InlineViews inlines={summary} />}</summary>
      <BlockViews blocks={blocks} />
    </details>
  );
}

function ListView({ start, items }: { start: number | null; items: readonly ListItem[] }) {
  const direction = directionOfBlocks(items.flatMap((item) => item.blocks));
  const views = items.map((item, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: an item's place is its identity.
    <li key={index} className={item.task === null ? undefined : "task"}>
      {item.task !== null && (
        <span
          className="task-box"
          data-done={item.task}
          role="img"
          aria-label={item.task ? "Done" : "To do"}
        />
      )}
      <BlockViews blocks={item.blocks} />
    </li>
  ));
  return start === null ? (
    <ul dir={direction}>{views}</ul>
  ) : (
    <ol dir={direction} start={start}>
      {views}
    </ol>
  );
}
