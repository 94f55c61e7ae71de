import { createElement, memo } from "react";
import { assertNever } from "../../lib/never";
import { CodeBlock } from "./CodeBlock";
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
        <blockquote dir="auto">
          <BlockViews blocks={block.blocks} />
        </blockquote>
      );
    case "list":
      return <ListView start={block.start} items={block.items} />;
    case "table":
      return <TableView align={block.align} head={block.head} rows={block.rows} />;
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

function ListView({ start, items }: { start: number | null; items: readonly ListItem[] }) {
  const views = items.map((item, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: an item's place is its identity.
    <li key={index} className={item.task === null ? undefined : "task"} dir="auto">
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
    <ul dir="auto">{views}</ul>
  ) : (
    <ol dir="auto" start={start}>
      {views}
    </ol>
  );
}
