/**
 * From a description of the API, the module with a decoder for every answer and a constant for every call. It knows
 * as much of JSON Schema as our answers use, and refuses the rest: what it can't check, nobody could trust.
 */

/**
 * @typedef {{ [key: string]: unknown, type?: string | string[], properties?: Record<string, Schema>,
 *   required?: string[], items?: Schema, enum?: (string | number | null)[], format?: string, $ref?: string,
 *   oneOf?: Schema[], anyOf?: Schema[], allOf?: Schema[] }} Schema
 * @typedef {{ operationId: string, responses: Record<string, { content?: Record<string, { schema?: Schema }> }> }} Operation
 * @typedef {{ paths: Record<string, Record<string, Operation>>, components: { schemas: Record<string, Schema> } }} Description
 */

const METHODS = ["get", "post", "put", "patch", "delete"];
const JSON_TYPE = "application/json";
const REFERENCE = "#/components/schemas/";
const PRIMITIVES = new Set(["string", "integer", "number", "boolean"]);

/**
 * @param {Description} description
 * @returns {string} TypeScript.
 */
export function operationsModule(description) {
  const operations = operationLines(description);
  return [
    'import * as is from "../lib/decode";',
    'import { operation } from "./operation";',
    'import type { components } from "./schema";',
    "",
    'type Schemas = components["schemas"];',
    "",
    ...decoderLines(description),
    "",
    ...operations,
    "",
  ].join("\n");
}

/** @param {Description} description */
function operationLines(description) {
  return everyOperation(description).flatMap(({ method, path, operation }) => {
    const decoder = answerDecoder(operation);
    if (decoder === null) return [];
    const call = `operation("${method.toUpperCase()}", "${path}", ${decoder})`;
    return [`export const ${camelCase(operation.operationId)} = ${call};`];
  });
}

/** @param {Description} description */
function everyOperation(description) {
  return Object.entries(description.paths).flatMap(([path, operations]) =>
    METHODS.flatMap((method) => {
      const operation = operations[method];
      return operation === undefined ? [] : [{ method, path, operation }];
    }),
  );
}

/**
 * Null where the answer is a file or a stream.
 * @param {Operation} operation
 */
function answerDecoder(operation) {
  const [success, ...others] = Object.values(operation.responses);
  if (success === undefined || others.length > 0) return null;
  const types = Object.keys(success.content ?? {});
  if (types.length === 0) return "is.nothing";
  const schema = success.content?.[JSON_TYPE]?.schema;
  return schema === undefined || types.length > 1 ? null : decoderOf(schema, operation.operationId);
}

/**
 * The decoders of all that an answer may hold, each after those that it is made of.
 * @param {Description} description
 */
function decoderLines({ components, paths }) {
  /** @type {Map<string, string>} */
  const lines = new Map();
  /** @type {Set<string>} */
  const begun = new Set();
  /** @param {string} name */
  const write = (name) => {
    if (lines.has(name)) return;
    const schema = components.schemas[name];
    if (schema === undefined || begun.has(name)) throw new Error(`${name} is missing, or is made of itself.`);
    begun.add(name);
    for (const used of referencesIn(schema)) write(used);
    lines.set(name, `export const ${name}: is.Decoder<Schemas["${name}"]> = ${decoderOf(schema, name)};`);
  };
  for (const { operation } of everyOperation({ components, paths }))
    if (answerDecoder(operation) !== null) for (const used of referencesIn(operation.responses)) write(used);
  return lines.values();
}

/**
 * @param {unknown} value
 * @returns {string[]}
 */
function referencesIn(value) {
  const found = JSON.stringify(value).matchAll(/"\$ref":"([^"]+)"/g);
  return [...new Set([...found].map(([, reference = ""]) => nameOf(reference)))].sort();
}

/** @param {string} reference */
function nameOf(reference) {
  const name = reference.slice(REFERENCE.length);
  if (!reference.startsWith(REFERENCE) || !/^[A-Z]\w*$/.test(name))
    throw new Error(`${reference} names no schema.`);
  return name;
}

/**
 * @param {Schema} schema
 * @param {string} where for the message of an error
 * @returns {string} An expression.
 */
function decoderOf(schema, where) {
  const { inner, nullable } = withoutNull(schema);
  const decoder = presentDecoder(inner, where);
  return nullable ? `is.nullable(${decoder})` : decoder;
}

/**
 * @param {Schema} schema
 * @param {string} where
 */
function presentDecoder(schema, where) {
  if (schema.$ref !== undefined) return nameOf(schema.$ref);
  const options = schema.oneOf ?? schema.anyOf ?? schema.allOf;
  if (options !== undefined) return optionsDecoder(options, schema.allOf !== undefined, where);
  if (schema.enum !== undefined)
    return `is.oneOf(${schema.enum.map((one) => JSON.stringify(one)).join(", ")})`;
  if (schema.type === "object" && schema.properties !== undefined) return objectDecoder(schema, where);
  if (schema.type === "array" && schema.items !== undefined)
    return `is.list(${decoderOf(schema.items, `${where}[]`)})`;
  if (schema.format === "wei") return "is.wei";
  if (schema.type === "null") return "is.none";
  if (typeof schema.type === "string" && PRIMITIVES.has(schema.type)) return `is.${schema.type}`;
  throw new Error(`${where}: no decoder for ${JSON.stringify(schema)}. Say more in its serializer.`);
}

/**
 * @param {Schema[]} options
 * @param {boolean} all
 * @param {string} where
 */
function optionsDecoder(options, all, where) {
  const decoders = options.map((option) => decoderOf(option, where));
  if (decoders.length === 1) return /** @type {string} */ (decoders[0]);
  if (all) throw new Error(`${where}: one of several that all hold can't be decoded.`);
  return `is.either(${decoders.join(", ")})`;
}

/**
 * @param {Schema} schema
 * @param {string} where
 */
function objectDecoder({ properties = {}, required = [] }, where) {
  const fields = Object.entries(properties).map(([name, property]) => {
    if (!required.includes(name))
      throw new Error(`${where}.${name}: an answer says all it can; null where there is none.`);
    const decoder = decoderOf(property, `${where}.${name}`);
    if (decoder.includes("is.object(")) throw new Error(`${where}.${name}: give this object a name.`);
    return `  ${name}: ${decoder},\n`;
  });
  return `is.object({\n${fields.join("")}})`;
}

/**
 * @param {Schema} schema
 * @returns {{ inner: Schema, nullable: boolean }}
 */
function withoutNull(schema) {
  const { type, oneOf, anyOf } = schema;
  if (Array.isArray(type) && type.length === 2 && type.includes("null")) {
    const inner = { ...schema, type: /** @type {string} */ (type.find((one) => one !== "null")) };
    if (schema.enum !== undefined) inner.enum = schema.enum.filter((one) => one !== null);
    return { inner, nullable: true };
  }
  const options = oneOf ?? anyOf;
  const present = options?.filter((option) => option.type !== "null");
  if (options === undefined || present === undefined || present.length === options.length)
    return { inner: schema, nullable: false };
  return { inner: { oneOf: present }, nullable: true };
}

/** @param {string} name */
function camelCase(name) {
  return name.replace(/_+(.)/g, (_all, letter) => letter.toUpperCase());
}
