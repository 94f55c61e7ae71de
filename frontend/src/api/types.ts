/**
 * What the server says, in the pages' words: shapes of its description (./schema.ts), and decoders of what comes in
 * other ways than as the answer to a call.
 */
import {
  boolean,
  type Decoded,
  type Decoder,
  integer,
  list,
  number,
  object,
  oneOf,
  string,
  variants,
} from "../lib/decode";
import { Network as network } from "./operations";
import type { components } from "./schema";

type Schemas = components["schemas"];

export type TierId = Schemas["SendRequest"]["tier"];
export const tierId: Decoder<TierId> = oneOf("pro", "max");

export const pageFields = {
  development: boolean,
  chainId: integer,
  tiers: list(object({ id: tierId, name: string, credits: integer })),
};

/** What the chat is told beside the rest. */
export const chatConfig = object({ ...pageFields, messageMaxChars: integer });
export type ChatConfig = Decoded<typeof chatConfig>;

export const pageConfig = object(pageFields);
export type PageConfig = Decoded<typeof pageConfig>;
export type Tier = PageConfig["tiers"][number];

/** The shape of `Model` in `src/engine/engine.ts`, as the server's settings give it. */
const model = object({
  id: string,
  name: string,
  about: string,
  revision: string,
  license: string,
  contextTokens: integer,
  maxNewTokens: integer,
  builds: list(
    object({
      dtype: oneOf("q4f16", "fp16", "q4", "fp32"),
      files: list(string),
      downloadBytes: integer,
      memoryBytes: integer,
      largestBufferBytes: integer,
    }),
  ),
});

/** What the Earn page is told beside the rest. */
export const earnConfig = object({
  ...pageFields,
  earn: object({
    modelHost: string,
    models: list(model),
    minTokensPerSecond: number,
    allowSoftwareAdapter: boolean,
    shareBps: integer,
    stakedShareBps: integer,
  }),
});
export type EarnConfig = Decoded<typeof earnConfig>;

export type User = Schemas["Person"];
export type Me = Schemas["Me"];
export type Sent = Schemas["Sent"];

/** Of a hit of a search, `snippet` has the words around what was found, as plain text. */
export type ConversationSummary = Schemas["Hit"];
export type ConversationPage = Schemas["Page"];
export type Conversation = Schemas["Conversation"];
export type StoredMessage = Schemas["Message"];

/** How an answer was made and what it cost. Whose machine it was is nowhere said. */
export type Receipt = Schemas["Receipt"];
/** Thumbs up, thumbs down, or neither. */
export type Rating = StoredMessage["rating"];

export type Network = Schemas["Network"];

export type RegisteredWorker = Schemas["Registered"];
export type WorkerRow = Schemas["Worker"];
/** One minute of the last hour; `at` is when it began. */
export type Minute = Schemas["Minute"];
export type FinishedJob = Schemas["DoneJob"];
/** The owner's workers and what they earned. Amounts are integers of µUSDC. */
export type WorkerStats = Schemas["Stats"];

/** What `/ws/live` tells. */
export const liveMessage = variants({ network, balance: object({ credits: integer }) });
export type LiveMessage = Decoded<typeof liveMessage>;

/** What `/api/chat/stream` tells. */
export const streamEvent = variants({
  token: object({ value: string }),
  reasoning: object({ value: string }),
  done: object({ tokens: integer, finish: oneOf("stop", "length", "stopped") }),
  error: object({ message: string }),
  /** What came so far does not hold: the answer comes anew, from its beginning. */
  reset: object({}),
});
export type StreamEvent = Decoded<typeof streamEvent>;
export type Finish = Extract<StreamEvent, { type: "done" }>["finish"];
