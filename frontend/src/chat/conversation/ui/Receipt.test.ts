import { expect, it } from "vitest";
import type { Receipt } from "../../../api/types";
import { receiptParts } from "./Receipt";

const receipt: Receipt = {
  servedBy: "browser",
  model: "owl-1b",
  tokens: 132,
  seconds: 4.12,
  credits: 10,
  handedOver: false,
  simulated: false,
  read: null,
};

it("says how much was read of a conversation that was too long", () => {
  const read = { characters: 900, of: 8_800 };
  expect(receiptParts({ ...receipt, read }).at(-1)).toBe(
    "read 900 of 8800 characters: the oldest messages were left out",
  );
});

it("says who answered, with what, how fast and for how much", () => {
  expect(receiptParts(receipt)).toEqual([
    "Answered by a volunteer’s browser",
    "says: owl-1b",
    "132 tokens in 4.1 s",
    "10 credits",
  ]);
  expect(receiptParts({ ...receipt, servedBy: "cloud", tokens: 1, credits: 0, handedOver: true })).toEqual([
    "Answered by the cloud",
    "owl-1b",
    "1 token in 4.1 s",
    "free",
    "handed over on the way",
  ]);
});

it("says of prepared text that no model made it, and that it is free", () => {
  expect(
    receiptParts({ ...receipt, servedBy: "cloud", model: "simulated", credits: 0, simulated: true }),
  ).toEqual(["Simulated: prepared text, not a model’s", "132 tokens in 4.1 s", "free"]);
});

it("a model's name is chosen by whoever answered: it is short and steers nothing", () => {
  const [, model] = receiptParts({ ...receipt, model: `x · 0 credits\n\u202e${"y".repeat(500)}` });
  expect(model).toMatch(/^says: x 0 credits ‹U\+202E›y+…$/);
  expect(model?.length).toBe("says: ".length + 48);
});
