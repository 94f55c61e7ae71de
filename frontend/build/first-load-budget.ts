import { gzipSync } from "node:zlib";
import type { Plugin, Rolldown } from "vite";

/**
 * Prints what each page downloads before it can show something, and fails the build above its budget. A page is
 * named by its entry; one without a budget fails too.
 */
export function firstLoadBudget(maxBytesByPage: Readonly<Record<string, number>>): Plugin {
  return {
    name: "ashao-first-load-budget",
    apply: "build",
    writeBundle(_options, bundle) {
      for (const page of entries(bundle)) {
        const bytes = firstLoadBytes(page, bundle);
        console.log(`first load of ${page.name}: ${(bytes / 1000).toFixed(1)} kB of JavaScript, compressed`);
        const maxBytes = maxBytesByPage[page.name];
        if (maxBytes === undefined) this.error(`${page.name} has no budget in vite.config.ts.`);
        else if (bytes > maxBytes) {
          this.error(`${page.name} needs ${bytes} bytes of JavaScript; the limit is ${maxBytes}.`);
        }
      }
    },
  };
}

function entries(bundle: Rolldown.OutputBundle): Rolldown.OutputChunk[] {
  return Object.values(bundle).filter(
    (file) => file.type === "chunk" && file.isEntry,
  ) as Rolldown.OutputChunk[];
}

/** The entry and everything it imports statically; chunks behind `import()` load later and don't count. */
function firstLoadBytes(entry: Rolldown.OutputChunk, bundle: Rolldown.OutputBundle): number {
  const wanted = [entry.fileName];
  const seen = new Set<string>();
  let bytes = 0;
  for (let name = wanted.pop(); name !== undefined; name = wanted.pop()) {
    const file = bundle[name];
    if (seen.has(name) || file?.type !== "chunk") continue;
    seen.add(name);
    bytes += gzipSync(file.code).length;
    wanted.push(...file.imports);
  }
  return bytes;
}
