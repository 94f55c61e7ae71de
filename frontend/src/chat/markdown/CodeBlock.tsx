import { memo, useMemo, useState } from "react";
import { useStore } from "../../lib/store";
import { Button } from "../../ui/Button";
import { CopyButton } from "../../ui/CopyButton";
import { highlighter } from "./libraries";
import { CODE_MAX_LINES } from "./limits";

interface CodeBlockProps {
  text: string;
  language: string;
}

export function CodeBlock({ text, language }: CodeBlockProps) {
  const [all, showAll] = useState(false);
  const shown = useMemo(() => (all ? text : firstLines(text, CODE_MAX_LINES)), [all, text]);
  const name = language === "" ? "text" : language;
  return (
    <figure className="code-block">
      <figcaption>
        <bdi className="code-language">{name}</bdi>
        <CopyButton text={text} label="Copy code" testId="copy-code" />
      </figcaption>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable with the keyboard. */}
      <section className="code-scroll" tabIndex={0} aria-label={`Code, ${name}`}>
        <pre dir="ltr">
          <code>
            <Coloured text={shown} language={language} />
          </code>
        </pre>
      </section>
      {shown.length < text.length && (
        <Button className="show-rest" onClick={() => showAll(true)}>
          Show all {text.split("\n").length.toLocaleString("en")} lines
        </Button>
      )}
    </figure>
  );
}

const Coloured = memo(function Coloured({ text, language }: CodeBlockProps) {
  const library = useStore(highlighter);
  const runs = useMemo(() => library?.highlight(text, language) ?? null, [library, text, language]);
  if (runs === null) return text;
  return runs.map((run, index) =>
    run.className === "" ? (
      run.text
    ) : (
      // biome-ignore lint/suspicious/noArrayIndexKey: a run's place is its identity.
      <span key={index} className={run.className}>
        {run.text}
      </span>
    ),
  );
});

function firstLines(text: string, max: number): string {
  let end = -1;
  for (let line = 0; line < max; line += 1) {
    end = text.indexOf("\n", end + 1);
    if (end < 0) return text;
  }
  return text.slice(0, end);
}
