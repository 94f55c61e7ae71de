/** The message a wallet signs to prove who it is: Sign-In with Ethereum, EIP-4361. */

export interface SiweInput {
  /** RFC 3986 authority, `location.host`. */
  domain: string;
  /** EIP-55 checksummed: the specification wants it, and wallets often answer in lower case. */
  address: string;
  statement: string;
  uri: string;
  chainId: number;
  nonce: string;
  issuedAt: Date;
  expiresAt: Date;
}

export function buildSiweMessage(input: SiweInput): string {
  return [
    `${input.domain} wants you to sign in with your Ethereum account:`,
    input.address,
    "",
    input.statement,
    "",
    `URI: ${input.uri}`,
    "Version: 1",
    `Chain ID: ${input.chainId}`,
    `Nonce: ${input.nonce}`,
    `Issued At: ${input.issuedAt.toISOString()}`,
    `Expiration Time: ${input.expiresAt.toISOString()}`,
  ].join("\n");
}
