/**
 * What the server says, as decoders, with the types that follow from them. Written by hand for now; this is
 * the one file that a generated description of the API would replace.
 */
import {
  boolean,
  type Decoded,
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

export const pageConfig = object({
  development: boolean,
  chainId: integer,
  tiers: list(object({ id: tierId, name: string, credits: integer })),
});
export type PageConfig = Decoded<typeof pageConfig>;
export type Tier = PageConfig["tiers"][number];

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
});
export type ConversationSummary = Decoded<typeof conversationSummary>;

export const conversationPage = object({ conversations: list(conversationSummary), next: nullable(string) });
export type ConversationPage = Decoded<typeof conversationPage>;

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
