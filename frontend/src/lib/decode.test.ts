import { expect, it } from "vitest";
import { parseLive } from "../page/live";
import { either, integer, list, none, nullable, object, oneOf, string } from "./decode";

const decode = object({ id: string, tags: list(oneOf("a", "b")), count: nullable(integer) });

it("passes on what fits, without what it doesn't know", () => {
  const value = { id: "x", tags: ["a"], extra: true };
  expect(decode(value, "it")).toEqual({ id: "x", tags: ["a"], count: null });
});

it.each([
  [{ id: 1, tags: [] }, "it.id is not a string"],
  [{ id: "x", tags: ["c"] }, "it.tags[0] is not one of a, b"],
  [{ id: "x", tags: [], count: 1.5 }, "it.count is not an integer"],
  [[], "it is not an object"],
])("refuses %j", (value, message) => {
  expect(() => decode(value, "it")).toThrow(message);
});

it("takes the first of two shapes that fits", () => {
  const rated = either(object({ rating: oneOf(-1, 1) }), object({ rating: none, why: string }));
  expect(rated({ rating: -1 }, "it")).toEqual({ rating: -1 });
  expect(rated({ rating: null, why: "later" }, "it")).toEqual({ rating: null, why: "later" });
  expect(() => rated({ rating: 2, why: "later" }, "it")).toThrow("it.rating is not null");
});

it("tells live news apart by their type", () => {
  expect(parseLive('{"type":"balance","credits":3}')).toEqual({ type: "balance", credits: 3 });
  expect(parseLive('{"type":"toString"}')).toBeNull();
  expect(parseLive(new ArrayBuffer(1))).toBeNull();
});
