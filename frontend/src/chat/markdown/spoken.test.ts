import { expect, it } from "vitest";
import { spoken } from "./spoken";

it("tells the words without the marks, and not too many", () => {
  expect(spoken("## Owls\n\n- **Two** [eyes](https://example.com)\n\n```py\nx = 1\n```")).toBe(
    "Owls\n\nTwo eyes\n\nx = 1",
  );
  expect(spoken("a".repeat(1_000_000)).length).toBeLessThan(2_100);
});
