import { type ReactNode, StrictMode } from "react";
import { createRoot } from "react-dom/client";
import type { Decoder } from "../lib/decode";
import { bearTranslators } from "../lib/translated";

/** Draws a page into the shell that Django rendered, with the configuration that came with it. */
export function mountPage<C>(config: Decoder<C>, page: (config: C) => ReactNode): void {
  const root = document.getElementById("root");
  if (root === null) throw new Error("The page has no #root.");
  bearTranslators(root);
  createRoot(root).render(<StrictMode>{page(readConfig(config, document))}</StrictMode>);
}

/** What Django put into the page with `json_script`. */
export function readConfig<C>(config: Decoder<C>, page: Document): C {
  const text = page.getElementById("ashao-config")?.textContent ?? "";
  return config(JSON.parse(text), "ashao-config");
}
