/**
 * What the server says, as decoders, with the types that follow from them. Written by hand for now; this is
 * the one file that a generated description of the API would replace.
 */
import {
  boolean,
  type Decoded,
  DecodeError,
  type Decoder,
  fallback,
  integer,
  list,
  nullable,
  number,
  object,
  oneOf,
  string,
  variants,
} from "../lib/decode";

export const tierId = oneOf("pro", "max");
export type TierId = Decoded<typeof tierId>;

export const pageFields = {
  development: boolean,
  chainId: integer,
  tiers: list(object({ id: tierId, name: string, credits: integer })),
};

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

export const user = object({ id: string, wallet: string });
export type User = Decoded<typeof user>;

export const me = object({
  user: nullable(user),
  guest: nullable(object({ remaining: integer, limit: integer })),
  credits: nullable(integer),
});
export type Me = Decoded<typeof me>;

export const signInNonce = object({ nonce: string, chainId: integer });
export const signedIn = object({ user });

/** An API key; this answer is the only one that has it. */
export const newKey = object({ id: string, name: string, key: string });

export const sent = object({ jobId: string, conversationId: string });
export type Sent = Decoded<typeof sent>;

export const retried = object({ jobId: string });

export const conversationSummary = object({
  id: string,
  title: string,
  createdAt: string,
  updatedAt: string,
  pinned: fallback(boolean, false),
  /** Of a hit of a search: the words around what was found, as plain text. */
  snippet: nullable(string),
});
export type ConversationSummary = Decoded<typeof conversationSummary>;

export const conversationPage = object({ conversations: list(conversationSummary), next: nullable(string) });
export type ConversationPage = Decoded<typeof conversationPage>;

/** How an answer was made and what it cost. Whose machine it was is nowhere said. */
export const receipt = object({
  servedBy: oneOf("browser", "native", "cloud"),
  model: string,
  tokens: integer,
  seconds: number,
  credits: number,
  handedOver: boolean,
});
export type Receipt = Decoded<typeof receipt>;

export const receiptAnswer = object({ receipt: nullable(receipt) });

/** Thumbs up, thumbs down, or neither. */
export type Rating = -1 | 0 | 1;

export const rating: Decoder<Rating> = (value, path) => {
  if (value === -1 || value === 0 || value === 1) return value;
  throw new DecodeError(path, "-1, 0 or 1");
};

export const rated = object({ rating });

export const conversation = object({
  id: string,
  title: string,
  messages: list(
    object({
      id: string,
      role: oneOf("user", "assistant"),
      content: string,
      status: oneOf("pending", "done", "stopped", "failed"),
      jobId: nullable(string),
      tier: nullable(tierId),
      createdAt: string,
      receipt: nullable(receipt),
      rating: fallback(rating, 0),
    }),
  ),
});
export type Conversation = Decoded<typeof conversation>;
export type StoredMessage = Conversation["messages"][number];

const tierLoad = object({ workers: integer, queued: integer });

export const network = object({
  tiers: object({ pro: tierLoad, max: tierLoad }),
  jobsPerMinute: number,
  tokensPerMinute: number,
});
export type Network = Decoded<typeof network>;

/** What `/ws/live` tells. */
export const liveMessage = variants({ network, balance: object({ credits: integer }) });
export type LiveMessage = Decoded<typeof liveMessage>;

/** What `/api/chat/stream` tells. */
export const streamEvent = variants({
  token: object({ value: string }),
  done: object({ tokens: integer, finish: oneOf("stop", "length", "stopped") }),
  error: object({ message: string }),
});
export type StreamEvent = Decoded<typeof streamEvent>;
export type Finish = Extract<StreamEvent, { type: "done" }>["finish"];

/** A new worker; this answer is the only one that has its token. */
export const registeredWorker = object({ workerId: string, workerToken: string });
export type RegisteredWorker = Decoded<typeof registeredWorker>;

export const workerPaused = object({ id: string, paused: boolean });

const workerRow = object({
  id: string,
  type: oneOf("native", "browser"),
  model: string,
  tiers: list(tierId),
  status: oneOf("offline", "waiting", "busy", "paused"),
  paused: boolean,
  jobs: integer,
  running: integer,
  tokens: integer,
  tokensPerSecond: nullable(number),
  earned: integer,
  earnedToday: integer,
  createdAt: string,
  lastSeenAt: nullable(string),
});
export type WorkerRow = Decoded<typeof workerRow>;

/** One minute of the last hour; `at` is when it began. */
const minute = object({ at: string, jobs: integer, tokens: integer, earned: integer });
export type Minute = Decoded<typeof minute>;

const finishedJob = object({
  finishedAt: string,
  workerId: string,
  tier: tierId,
  tokens: integer,
  seconds: number,
  earned: integer,
  finish: oneOf("stop", "length", "stopped"),
});
export type FinishedJob = Decoded<typeof finishedJob>;

/** The owner's workers and what they earned. Amounts are integers of µUSDC. */
export const workerStats = object({
  workers: list(workerRow),
  jobs: integer,
  tokens: integer,
  earned: integer,
  earnedToday: integer,
  shareBps: integer,
  escrow: integer,
  available: integer,
  averageTokensPerSecond: nullable(number),
  hour: list(minute),
  recent: list(finishedJob),
});
export type WorkerStats = Decoded<typeof workerStats>;
