import { expect, it } from "vitest";
import { buildSiweMessage } from "./siwe";

it("builds the text that EIP-4361 prescribes", () => {
  const message = buildSiweMessage({
    domain: "ashao.example:8000",
    address: "0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2",
    statement: "Sign in to ashao.",
    uri: "https://ashao.example:8000",
    chainId: 31337,
    nonce: "32891756abcdef",
    issuedAt: new Date("2026-01-02T03:04:05.678Z"),
    expiresAt: new Date("2026-01-02T03:09:05.678Z"),
  });
  expect(message).toBe(`ashao.example:8000 wants you to sign in with your Ethereum account:
0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2

Sign in to ashao.

URI: https://ashao.example:8000
Version: 1
Chain ID: 31337
Nonce: 32891756abcdef
Issued At: 2026-01-02T03:04:05.678Z
Expiration Time: 2026-01-02T03:09:05.678Z`);
});
