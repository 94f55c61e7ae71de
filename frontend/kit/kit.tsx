/** Every component of the pages in its states, on one page: looked at by people, and by a test that knows how each looks. */
import "@fontsource-variable/inter";
import { type ReactNode, StrictMode } from "react";
import { createRoot } from "react-dom/client";
import "../src/styles/tokens.css";
import "../src/styles/base.css";
import "../src/styles/ui.css";
import "../src/site/site.css";
import "../src/money/money.css";
import "../src/money/forms.css";
import "../src/chart/chart.css";
import "../src/chat/styles/composer.css";
import "./kit.css";
import { blocks } from "./specimens/blocks";
import { controls } from "./specimens/controls";
import { figures } from "./specimens/figures";

/** Named as its picture is. */
function Specimen({ name, children }: { name: string; children: ReactNode }) {
  return (
    <section className="specimen">
      <h2>{name}</h2>
      <div className="specimen-plate" data-specimen={name}>
        {children}
      </div>
    </section>
  );
}

const root = document.getElementById("root");
if (root === null) throw new Error("The kit has no #root.");
createRoot(root).render(
  <StrictMode>
    <main className="kit">
      <h1>Design kit</h1>
      {Object.entries({ ...controls, ...blocks, ...figures }).map(([name, specimen]) => (
        <Specimen key={name} name={name}>
          {specimen}
        </Specimen>
      ))}
    </main>
  </StrictMode>,
);
