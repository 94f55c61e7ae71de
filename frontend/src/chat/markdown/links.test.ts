import { describe, expect, it } from "vitest";
import { destination, safeHref, saysDestination } from "./links";

describe("where a link leads", () => {
  it("is its host, after what pretends to be one, in letters that can't look like others", () => {
    expect(destination(safeHref("https://google.com@evil.example/x") ?? "")).toBe("evil.example");
    expect(destination(safeHref("https://аpple.com/") ?? "")).toBe("xn--pple-43d.com");
    expect(destination(safeHref("mailto:a@example.com?subject=b") ?? "")).toBe("a@example.com");
  });

  it("needn't be said twice, and a lie doesn't count as saying it", () => {
    expect(saysDestination("https://example.com/a", "https://example.com/a")).toBe(true);
    expect(saysDestination("example.com", "https://example.com/")).toBe(true);
    expect(saysDestination("https://example.com/a", "https://evil.example/a")).toBe(false);
    expect(saysDestination("https://bank.example@evil.example/", "https://bank.example@evil.example/")).toBe(
      false,
    );
    expect(saysDestination("here", "https://example.com/")).toBe(false);
  });
});
