import { expect, it } from "vitest";
import { alongSentence, creditsSentence, guestSentence } from "./welcome";

const welcome = {
  credits: 500,
  answers: 50,
  guestMessages: 5,
  guestMessagesAt: "2026-01-02T00:00:00Z",
  conversations: 0,
};

it("promises what the server would give, and nothing where it would give nothing", () => {
  expect(creditsSentence(welcome)).toContain("500 free credits, enough for about 50 answers");
  expect(creditsSentence({ ...welcome, credits: 0, answers: 0 })).toContain(
    "no free credits for new wallets",
  );
});

it("says when free messages come back, by the person's clock", () => {
  const timeOf = (at: Date) => `[${at.toISOString()}]`;
  expect(guestSentence(welcome, timeOf)).toContain(
    "5 free messages a day; new ones come at [2026-01-02T00:00:00.000Z]",
  );
  expect(guestSentence(welcome)).toMatch(/come at .*\d\d/);
  expect(guestSentence({ ...welcome, guestMessages: 0 })).toBeNull();
});

it("says what comes along", () => {
  expect(alongSentence(welcome)).toBeNull();
  expect(alongSentence({ ...welcome, conversations: 1 })).toContain("The conversation that you began");
  expect(alongSentence({ ...welcome, conversations: 3 })).toContain("The 3 conversations");
});
