// @ts-check
/** Prints the measure of the import graph of `src`, and fails where there is a circle in it. */
import { fileURLToPath } from "node:url";
import { circles, folderCircles, readGraph } from "./graph.mjs";

const files = readGraph(fileURLToPath(new URL("../../src", import.meta.url)));
const imports = [...files.values()].reduce((sum, targets) => sum + targets.size, 0);
const [ofFiles, ofFolders] = [circles(files), folderCircles(files)];
console.log(
  `import graph: ${files.size} files, ${imports} imports, ${ofFiles.length} circles of files, ${ofFolders.length} of folders`,
);
for (const circle of [...ofFiles, ...ofFolders]) console.error(`circle: ${circle.join(", ")}`);
process.exitCode = ofFiles.length + ofFolders.length > 0 ? 1 : 0;
