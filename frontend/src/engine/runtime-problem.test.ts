import { expect, it } from "vitest";
import { EngineError } from "./engine";
import { engineErrorOf } from "./runtime-problem";

it.each([
  ["Failed to execute 'mapAsync': Device is lost", "device-lost"],
  ["A valid external Instance reference no longer exists.", "device-lost"],
  ["std::bad_alloc", "out-of-memory"],
  ["Array buffer allocation failed", "out-of-memory"],
  ["Invalid array length", "out-of-memory"],
  ["Not enough memory left.", "out-of-memory"],
  [
    "Can't create a session. ERROR_CODE: 7, Failed to load model because protobuf parsing failed.",
    "weights-broken",
  ],
  ["Unexpected token in JSON: x is not valid JSON", "weights-broken"],
  ["something else", "runtime-failed"],
])("%s: %s", (message, problem) => {
  expect(engineErrorOf(new Error(message), "runtime-failed").problem).toBe(problem);
});

it("leaves its own errors alone, and bounds the message of others", () => {
  const own = new EngineError("disk-full", "full");
  expect(engineErrorOf(own, "runtime-failed")).toBe(own);
  expect(engineErrorOf("x".repeat(1_000), "runtime-failed").message).toHaveLength(300);
});
