import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";
import { firstLoadBudget } from "./build/first-load-budget.ts";
import { precompress } from "./build/precompress.ts";

/** One entry for each page that Django renders; `{% vite_asset %}` names them by this path. */
const pages = ["chat", "earn", "account", "stake", "treasury", "sign-payouts"].map(
  (name) => `src/pages/${name}.tsx`,
);
/** The server draws the documentation whole: all it needs is a style sheet. */
const documentation = "src/docs/docs.css";
/** Bytes of compressed JavaScript before a page can show something. */
const firstLoad = {
  chat: 150_000,
  earn: 120_000,
  account: 120_000,
  stake: 120_000,
  treasury: 120_000,
  "sign-payouts": 80_000,
};

export default defineConfig({
  base: "/static/",
  plugins: [react(), firstLoadBudget(firstLoad), precompress()],
  build: {
    outDir: "dist",
    emptyOutDir: true,
    manifest: "manifest.json",
    target: "es2022",
    // Every browser we support preloads modules by itself, and an inlined asset could trip the page's CSP.
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    rolldownOptions: { input: [...pages, documentation], checks: { bundlerTimings: false } },
    // What is compressed is written, and the budget is printed; to compress it all once more only takes time.
    reportCompressedSize: false,
  },
  // The engine's worker loads its parts when they are needed.
  worker: { format: "es" },
  server: { host: "127.0.0.1", port: 5173, strictPort: true },
  // Long, for a busy machine: no test here is about time.
  test: {
    environment: "node",
    include: ["{src,tools}/**/*.test.ts"],
    restoreMocks: true,
    testTimeout: 30_000,
  },
});
