import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

/** The design kit: looked at with `npm run kit`, and built by the test that takes its pictures. No page of the site. */
export default defineConfig({
  root: import.meta.dirname,
  base: "./",
  plugins: [react()],
  build: { emptyOutDir: true, target: "es2022", reportCompressedSize: false },
  server: { host: "127.0.0.1", port: 5174, strictPort: true },
});
