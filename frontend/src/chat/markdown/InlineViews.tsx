import { assertNever } from "../../lib/never";
import { FormulaView } from "./FormulaView";
import { destination, saysDestination, withoutSteering } from "./links";
import type { Inline } from "./tree";

export function InlineViews({ inlines }: { inlines: readonly Inline[] }) {
  // biome-ignore lint/suspicious/noArrayIndexKey: what stands in a line keeps its place.
  return inlines.map((inline, index) => <InlineView key={index} inline={inline} />);
}

function InlineView({ inline }: { inline: Inline }) {
  switch (inline.type) {
    case "text":
      return inline.text;
    case "strong":
      return (
        <strong>
          <InlineViews inlines={inline.inlines} />
        </strong>
      );
    case "emphasis":
      return (
        <em>
          <InlineViews inlines={inline.inlines} />
        </em>
      );
    case "strike":
      return (
        <s>
          <InlineViews inlines={inline.inlines} />
        </s>
      );
    case "sub":
      return (
        <sub>
          <InlineViews inlines={inline.inlines} />
        </sub>
      );
    case "sup":
      return (
        <sup>
          <InlineViews inlines={inline.inlines} />
        </sup>
      );
    case "kbd":
      return (
        <kbd>
          <InlineViews inlines={inline.inlines} />
        </kbd>
      );
    case "note-mark":
      return <NoteMark label={inline.label} />;
    case "code":
      return <code dir="ltr">{inline.text}</code>;
    case "math":
      return <FormulaView tex={inline.tex} display={inline.display} />;
    case "link":
      return <LinkView href={inline.href} inlines={inline.inlines} />;
    case "image":
      return <ImageView href={inline.href} alt={inline.alt} />;
    case "break":
      return <br />;
    default:
      return assertNever(inline);
  }
}

/** A footnote's mark; pressed, it shows the note, which is in the same answer. */
function NoteMark({ label }: { label: string }) {
  return (
    <sup>
      <button
        type="button"
        className="note-mark"
        aria-label={`Footnote ${label}`}
        onClick={(event) => {
          const notes =
            event.currentTarget.closest(".markdown")?.querySelectorAll<HTMLElement>("[data-note]") ?? [];
          [...notes].find((note) => note.dataset.note === label)?.focus();
        }}
      >
        {label}
      </button>
    </sup>
  );
}

/** Says where it leads unless its words do, and opens elsewhere, without telling where it was clicked. */
function LinkView({ href, inlines }: { href: string; inlines: readonly Inline[] }) {
  const words = plainWords(inlines);
  const empty = words.trim() === "";
  return (
    <a href={href} title={href} target="_blank" rel="noopener noreferrer nofollow ugc">
      <bdi>{empty ? destination(href) : <InlineViews inlines={inlines.map(steadied)} />}</bdi>
      {!empty && !saysDestination(words, href) && <Host href={href} />}
    </a>
  );
}

/** Loading it would tell its host who reads this answer, so it is a link. */
function ImageView({ href, alt }: { href: string | null; alt: string }) {
  const words = `Image: ${alt === "" ? "no description" : alt}`;
  if (href === null) return <span className="image-link">{words}</span>;
  return (
    <a className="image-link" href={href} title={href} target="_blank" rel="noopener noreferrer nofollow ugc">
      <bdi>{words}</bdi>
      <Host href={href} />
    </a>
  );
}

function Host({ href }: { href: string }) {
  return (
    <span className="link-host" dir="ltr">
      {" "}
      ({destination(href)})
    </span>
  );
}

function plainWords(inlines: readonly Inline[]): string {
  return inlines
    .map((inline) => {
      if ("text" in inline) return inline.text;
      return "inlines" in inline ? plainWords(inline.inlines) : inline.type;
    })
    .join("");
}

function steadied(inline: Inline): Inline {
  if (inline.type === "text") return { type: "text", text: withoutSteering(inline.text) };
  return "inlines" in inline ? { ...inline, inlines: inline.inlines.map(steadied) } : inline;
}
