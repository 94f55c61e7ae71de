import { readFile, writeFile } from "node:fs/promises";
import { extname, join } from "node:path";
import { promisify } from "node:util";
import { constants, gzip } from "node:zlib";
import type { Plugin } from "vite";

const KINDS = new Set([".js", ".mjs", ".css", ".wasm", ".svg", ".json"]);
/** Below this a compressed file saves nothing on the wire. */
const MIN_BYTES = 1_000;

const compress = promisify(gzip);

/**
 * Writes `name.gz` beside each of the bundle's files that compresses well, so that the server needn't do it for
 * each visitor. What lies outside of the folder of assets (the manifest) is for the server alone.
 */
export function precompress(): Plugin {
  let assets = "";
  return {
    name: "ashao-precompress",
    apply: "build",
    configResolved({ build }) {
      assets = `${build.assetsDir}/`;
    },
    async writeBundle({ dir = "" }, bundle) {
      const names = Object.keys(bundle).filter((name) => name.startsWith(assets) && KINDS.has(extname(name)));
      await Promise.all(names.map((name) => compressFile(join(dir, name))));
    },
  };
}

async function compressFile(path: string): Promise<void> {
  const bytes = await readFile(path);
  if (bytes.length < MIN_BYTES) return;
  await writeFile(`${path}.gz`, await compress(bytes, { level: constants.Z_BEST_COMPRESSION }));
}
