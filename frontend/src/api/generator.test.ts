import { describe, expect, it } from "vitest";
import { operationsModule } from "../../tools/api-client/operations.mjs";

type Schema = Parameters<typeof operationsModule>[0]["components"]["schemas"][string];

function generated(answer: Schema, others: Record<string, Schema> = {}): string {
  const content = { "application/json": { schema: { $ref: "#/components/schemas/Thing" } } };
  return operationsModule({
    paths: { "/api/thing": { get: { operationId: "thing_read", responses: { 200: { content } } } } },
    components: { schemas: { Thing: answer, ...others } },
  });
}

const thing = (properties: Record<string, Schema>): Schema => ({
  type: "object",
  properties,
  required: Object.keys(properties),
});

describe("the generator of decoders", () => {
  it("writes what an answer is made of before the answer", () => {
    const text = generated(
      thing({
        parts: { type: "array", items: { $ref: "#/components/schemas/Part" } },
        best: { oneOf: [{ $ref: "#/components/schemas/Part" }, { type: "null" }] },
        tier: { type: ["string", "null"], enum: ["pro", "max", null] },
        stake: { type: "string", format: "wei" },
      }),
      { Part: thing({ rating: { type: "integer", enum: [-1, 1] } }), Unused: { type: "string" } },
    );
    expect(text.slice(text.indexOf("export"))).toBe(`\
export const Part: is.Decoder<Schemas["Part"]> = is.object({
  rating: is.oneOf(-1, 1),
});
export const Thing: is.Decoder<Schemas["Thing"]> = is.object({
  parts: is.list(Part),
  best: is.nullable(Part),
  tier: is.nullable(is.oneOf("pro", "max")),
  stake: is.wei,
});

export const thingRead = operation("GET", "/api/thing", Thing);
`);
  });

  it("refuses what it couldn't check", () => {
    expect(() => generated({ ...thing({ a: { type: "string" } }), required: [] })).toThrow("Thing.a");
    expect(() => generated(thing({ a: {} }))).toThrow("no decoder");
    expect(() => generated(thing({ a: thing({}) }))).toThrow("give this object a name");
    expect(() => generated(thing({ again: { $ref: "#/components/schemas/Thing" } }))).toThrow(
      "made of itself",
    );
  });
});
