/** What the account page says about keys, workers and sessions. Pure. */
import type { ApiKey, KeyScope, SignIn } from "../api/account";
import type { WorkerRow } from "../api/types";
import { ago } from "../earn/format";
import { assertNever } from "../lib/never";
import { dateTime } from "../money/dates";

export function keyWords({ hint, createdAt, lastUsedAt }: ApiKey, now: Date): string {
  const used = lastUsedAt === null ? "never used" : `last used ${ago(lastUsedAt, now)}`;
  return `ak_…${hint} · made ${dateTime(createdAt, now)} · ${used}`;
}

/** What a key can be made for, in the order in which it is offered. */
export const SCOPES: readonly KeyScope[] = ["chat", "read", "worker"];

/** What a scope lets a program do: in a word, and in a sentence that goes on after "It". */
export function scopeWords(scope: KeyScope): { name: string; what: string } {
  switch (scope) {
    case "chat":
      return { name: "Chat", what: "sends messages with your credits, changes and deletes a conversation" };
    case "read":
      return { name: "Read", what: "reads your conversations, your statement and your earnings" };
    case "worker":
      return { name: "Work", what: "runs workers for you, names, pauses and removes them" };
    default:
      return assertNever(scope);
  }
}

/** What a key may, in a few words. */
export function scopesWords(scopes: readonly KeyScope[]): string {
  const names = SCOPES.filter((scope) => scopes.includes(scope)).map((scope) =>
    scopeWords(scope).name.toLowerCase(),
  );
  const last = names.pop();
  return `May ${names.length === 0 ? last : `${names.join(", ")} and ${last}`}`;
}

/** What stands for a worker that its owner hasn't named. */
export function workerName({ name, model, type }: Pick<WorkerRow, "name" | "model" | "type">): string {
  if (name !== "") return name;
  return type === "browser" ? "A browser tab" : `A machine with ${model}`;
}

export function workerWords({ model, type, tiers }: Pick<WorkerRow, "model" | "type" | "tiers">): string {
  return `${model} · ${type} · ${tiers.join(" and ")}`;
}

export function workerSeen(
  { status, lastSeenAt }: Pick<WorkerRow, "status" | "lastSeenAt">,
  now: Date,
): string {
  switch (status) {
    case "busy":
      return "answering now";
    case "waiting":
      return "online, waiting";
    case "paused":
      return "paused";
    case "offline":
      return lastSeenAt === null ? "not started yet" : `last seen ${ago(lastSeenAt, now)}`;
    default:
      return assertNever(status);
  }
}

export function sessionWords({ createdAt, lastUsedAt, current }: SignIn, now: Date): string {
  const used = current ? "in use now" : `last used ${ago(lastUsedAt, now)}`;
  return `Signed in ${dateTime(createdAt, now)} · ${used}`;
}

/** The one that looks, then the others in their order. */
export function currentFirst(sessions: readonly SignIn[]): SignIn[] {
  return [...sessions].sort((one, other) => Number(other.current) - Number(one.current));
}

/** The line that starts a native worker with a token of its own, to be pasted into a terminal. */
export function tokenCommand({
  token,
  model,
  origin,
}: {
  token: string;
  model: string;
  origin: string;
}): string {
  const folder = /127\.0\.0\.1|localhost/.test(origin) ? ".venv/bin/" : "";
  return [
    `export ASHAO_WORKER_TOKEN=${token}`,
    `${folder}ashao-worker --network ${origin} --upstream http://localhost:11434/v1 --model ${quoted(model)}`,
  ].join("\n");
}

/** As a shell takes it for one word, whatever is in it. */
function quoted(word: string): string {
  return /^[\w.:/@-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
