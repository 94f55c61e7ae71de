import { expect, it, vi } from "vitest";
import { signInProblem } from "./sign-in";
import { developmentWallet, injectedWallet } from "./wallet";

vi.mock("./keys", () => {
  throw new Error("Failed to fetch dynamically imported module");
});

it("doesn't blame the wallet where a part of the page can't be loaded, as after a new version of it", async () => {
  const provider = { request: async () => ["0xc02aaa39b223fe8d0a0e5c4f27ead9083c756cc2"] };
  for (const wallet of [injectedWallet(provider), developmentWallet()]) {
    const problem = await wallet.address().catch(signInProblem);
    expect(problem).toContain("Reload the page");
  }
});
