import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";
import { firstLoadBudget } from "./build/first-load-budget.ts";

/** One entry for each page that Django renders; `{% vite_asset %}` names them by this path. */
const pages = ["src/pages/chat.tsx"];

export default defineConfig({
  base: "/static/",
  plugins: [react(), firstLoadBudget({ maxBytes: 150_000 })],
  build: {
    outDir: "dist",
    emptyOutDir: true,
    manifest: "manifest.json",
    target: "es2022",
    // Every browser we support preloads modules by itself, and an inlined asset could trip the page's CSP.
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    rolldownOptions: { input: pages },
  },
  server: { host: "127.0.0.1", port: 5173, strictPort: true },
  test: { environment: "node", include: ["src/**/*.test.ts"], restoreMocks: true },
});
