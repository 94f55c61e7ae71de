// Compiles the contracts into artifacts/. `--check`: says which committed artifact differs, writes nothing.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import solc from "solc";

const HERE = dirname(fileURLToPath(import.meta.url));
const FOLDERS = ["", "testing/"];
const SETTINGS = {
  optimizer: { enabled: true, runs: 10_000 },
  evmVersion: "cancun",
  // Without a hash of sources and comments at its end, the bytecode depends on the code alone.
  metadata: { bytecodeHash: "none", appendCBOR: false },
  outputSelection: { "*": { "*": ["abi", "evm.bytecode", "evm.deployedBytecode"] } },
};

// Advice that holds for OpenZeppelin's transient guard, which does clear its slot: any other warning is a failure.
const KNOWN_ADVICE = "2394";

class Problem extends Error {}

function main(args) {
  if (args.some((arg) => arg !== "--check")) throw new Problem("compile.mjs knows --check only.");
  const made = compile();
  if (args.includes("--check")) return check(made);
  rmSync(join(HERE, "artifacts"), { recursive: true, force: true });
  for (const folder of FOLDERS) mkdirSync(join(HERE, "artifacts", folder), { recursive: true });
  for (const [name, text] of made) writeFileSync(artifact(name), text);
}

/** The artifacts' texts by name, of every contract that has a source of its name here. */
function compile() {
  const names = FOLDERS.flatMap(sourcesIn);
  const sources = Object.fromEntries(names.map((name) => [`${name}.sol`, { content: read(`${name}.sol`) }]));
  const input = { language: "Solidity", sources, settings: SETTINGS };
  const output = JSON.parse(solc.compile(JSON.stringify(input), { import: resolve }));
  const said = (output.errors ?? [])
    .filter((error) => error.errorCode !== KNOWN_ADVICE)
    .map((error) => error.formattedMessage);
  if (said.length > 0) throw new Problem(`${said.join("\n")}\nThe contracts did not compile cleanly.`);
  return new Map(names.map((name) => [name, format(output.contracts[`${name}.sol`][name.split("/").pop()])]));
}

function sourcesIn(folder) {
  const files = readdirSync(join(HERE, folder)).filter((file) => file.endsWith(".sol"));
  return files.sort().map((file) => folder + file.slice(0, -".sol".length));
}

function resolve(path) {
  try {
    return { contents: read(path.startsWith("@") ? `node_modules/${path}` : path) };
  } catch {
    return { error: `${path} was not found; run npm ci --ignore-scripts in staking/contracts.` };
  }
}

function format({ abi, evm }) {
  const byKind = (a, b) => signature(a).localeCompare(signature(b), "en");
  const { bytecode, deployedBytecode } = evm;
  const found = {
    abi: abi.toSorted(byKind),
    bytecode: `0x${bytecode.object}`,
    deployedBytecode: `0x${deployedBytecode.object}`,
    // Where a deployed contract carries what its constructor was given.
    immutableReferences: Object.values(deployedBytecode.immutableReferences ?? {})
      .flat()
      .toSorted((a, b) => a.start - b.start),
  };
  return `${JSON.stringify(found, null, 2)}\n`;
}

function signature({ type, name = "", inputs = [] }) {
  return `${type} ${name}(${inputs.map((input) => input.type).join(",")})`;
}

function check(made) {
  for (const [name, text] of made) {
    if (committed(name) !== text) {
      throw new Problem(`${name}: the committed artifact is not what its source compiles to; run npm run build.`);
    }
  }
  for (const folder of FOLDERS) {
    const files = readdirSync(join(HERE, "artifacts", folder)).filter((file) => file.endsWith(".json"));
    for (const name of files.map((file) => folder + file.slice(0, -".json".length))) {
      if (!made.has(name)) throw new Problem(`${name}: there is an artifact, but no source.`);
    }
  }
}

function committed(name) {
  try {
    return readFileSync(artifact(name), "utf8");
  } catch {
    return "";
  }
}

function artifact(name) {
  return join(HERE, "artifacts", `${name}.json`);
}

function read(path) {
  return readFileSync(join(HERE, path), "utf8");
}

try {
  main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof Problem)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
