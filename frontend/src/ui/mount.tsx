import { type ReactNode, StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { type PageConfig, pageConfig } from "../api/types";

/** Draws a page into the shell that Django rendered. */
export function mountPage(page: (config: PageConfig) => ReactNode): void {
  const root = document.getElementById("root");
  if (root === null) throw new Error("The page has no #root.");
  createRoot(root).render(<StrictMode>{page(readConfig(document))}</StrictMode>);
}

/** What Django put into the page with `json_script`. */
export function readConfig(page: Document): PageConfig {
  const text = page.getElementById("ashao-config")?.textContent ?? "";
  return pageConfig(JSON.parse(text), "ashao-config");
}
