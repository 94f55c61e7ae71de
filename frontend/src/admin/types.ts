/** What the server tells the page on which the treasury's own wallet signs payouts. */
import {
  type Decoded,
  DecodeError,
  type Decoder,
  integer,
  isRecord,
  list,
  object,
  string,
} from "../lib/decode";

const signable = object({ id: string, amount: integer, wallet: string, payee: string });
export type Signable = Decoded<typeof signable>;

export const signConfig = object({
  treasury: string,
  chainId: integer,
  chainName: string,
  prepareUrl: string,
  submitUrl: string,
  listUrl: string,
  secondFactorUrl: string,
  payouts: list(signable),
});
export type SignConfig = Decoded<typeof signConfig>;

/** EIP-712. Its message is looked at before it is signed; the rest only the wallet reads. */
export interface TypedData {
  whole: Readonly<Record<string, unknown>>;
  message: { from: string; to: string; value: string };
}

const message = object({ message: object({ from: string, to: string, value: string }) });

export const typedData: Decoder<TypedData> = (value, path) => {
  if (!isRecord(value)) throw new DecodeError(path, "an object");
  return { whole: value, message: message(value, path).message };
};

const signingRequest = object({ id: string, validBefore: integer, typedData });
export type SigningRequest = Decoded<typeof signingRequest>;
export const preparedAnswer = object({ requests: list(signingRequest) });

/** `problem` is empty for what is signed now. */
const signingResult = object({ id: string, problem: string });
export const submittedAnswer = object({ results: list(signingResult) });
