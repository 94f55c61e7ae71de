/**
 * `node generate.mjs openapi.json`: writes src/api/schema.ts and src/api/operations.ts from the server's description
 * of its API. With `--check`, only says whether they are what it would write.
 *
 * A workspace of its own, since openapi-typescript builds its output with the compiler's programming interface, which
 * TypeScript 7 doesn't have in that form: here, and nowhere else, TypeScript 5 is installed beside it.
 */
import { readFileSync, writeFileSync } from "node:fs";
import openapiTypescript, { astToString } from "openapi-typescript";
import ts from "typescript";
import { operationsModule } from "./operations.mjs";

const FOLDER = new URL("../../src/api/", import.meta.url);
const HEAD =
  "// Written by `make api` from the server's description of its API (`manage.py spectacular`). Don't edit.\n";

/** @typedef {import("./operations.mjs").Description} Description */

/**
 * The types of every path, parameter, body and answer.
 * @param {Description} description
 */
async function schemaModule(description) {
  const nodes = await openapiTypescript(/** @type {any} */ (description), {
    alphabetize: true,
    // What a caller may leave out stays optional, whatever the server then takes it for.
    defaultNonNullable: false,
    // As `wei` in src/lib/decode.ts reads it.
    transform: (schema) => (schema.format === "wei" ? bigintOf(schema.type) : undefined),
  });
  return astToString(nodes);
}

/** @param {unknown} type */
function bigintOf(type) {
  const bigint = ts.factory.createKeywordTypeNode(ts.SyntaxKind.BigIntKeyword);
  if (!Array.isArray(type) || !type.includes("null")) return bigint;
  return ts.factory.createUnionTypeNode([bigint, ts.factory.createLiteralTypeNode(ts.factory.createNull())]);
}

/**
 * Without the answers that aren't successes: whatever the call, each is the `Error` that src/api/request.ts throws.
 * @param {Description} description
 * @returns {Description}
 */
function withoutFailures(description) {
  /** @param {string} _key @param {unknown} value */
  const successful = (_key, value) =>
    isRecord(value) && isRecord(value.responses)
      ? {
          ...value,
          responses: Object.fromEntries(Object.entries(value.responses).filter(([s]) => /^2/.test(s))),
        }
      : value;
  return JSON.parse(JSON.stringify(description, successful));
}

/**
 * @param {unknown} value
 * @returns {value is Record<string, unknown>}
 */
function isRecord(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

async function main() {
  const names = process.argv.slice(2).filter((word) => word !== "--check");
  const [name] = names;
  if (name === undefined || names.length > 1)
    throw new Error("Give the one file that the description is in.");
  const description = withoutFailures(JSON.parse(readFileSync(name, "utf8")));
  const files = {
    "schema.ts": await schemaModule(description),
    "operations.ts": operationsModule(description),
  };
  for (const [file, text] of Object.entries(files)) {
    const url = new URL(file, FOLDER);
    if (!process.argv.includes("--check")) writeFileSync(url, HEAD + text);
    else if (readOrEmpty(url) !== HEAD + text) {
      console.error(`src/api/${file} isn't what the server's description gives; run \`make api\`.`);
      process.exitCode = 1;
    }
  }
}

/** @param {URL} url */
function readOrEmpty(url) {
  try {
    return readFileSync(url, "utf8");
  } catch {
    return "";
  }
}

await main();
