/** What is said of a tier before a message is sent: who serves it, who is there, how long it takes to begin. */
import type { Me, Network, Tier, TierId } from "../../api/types";
import { assertNever } from "../../lib/never";
import { counted } from "../../ui/words";

export type TierLoad = Network["tiers"][TierId];

/** Who serves a tier, as far as it is known. */
export function servedBy(tier: TierId, load: TierLoad | null): string {
  if (tier === "pro") return "Volunteers’ browsers and machines";
  return load?.cloud === "provider" ? "Native machines and the cloud" : "Native machines";
}

/** What comes where no machine is online. */
export function cloudWords({ cloud }: TierLoad): string {
  switch (cloud) {
    case "provider":
      return "When no volunteer is there, the cloud answers, at the same price. A failed answer costs nothing.";
    case "simulated":
      return "When no volunteer is there, prepared text comes instead: no model’s, and free.";
    case "none":
      return "When no volunteer is there, nobody answers: a message fails then, and costs nothing.";
    default:
      return assertNever(cloud);
  }
}

/** The network as somebody can be served by it: their own machines don't answer them. */
export function networkFor(network: Network | null, own: Me["machines"]): Network | null {
  if (network === null || own === null || own.pro + own.max === 0) return network;
  const without = (load: TierLoad, mine: number) => ({ ...load, workers: Math.max(0, load.workers - mine) });
  return {
    ...network,
    workers: Math.max(0, network.workers - Math.max(own.pro, own.max)),
    tiers: { pro: without(network.tiers.pro, own.pro), max: without(network.tiers.max, own.max) },
  };
}

/** Who is online and what they do: one piece of text, which begins where it began whatever it says next. */
export function presenceWords(network: Network | null): string {
  if (network === null) return "Looking for machines…";
  const answers = Math.round(network.jobsPerMinute);
  const who = whoIsThere(network);
  return answers === 0 ? who : `${who} ${counted(answers, "answer")} in the last minute.`;
}

function whoIsThere({ workers, tiers }: Network): string {
  if (workers > 0) return `${counted(workers, "machine")} online.`;
  switch (tiers.pro.cloud) {
    case "provider":
      return "No volunteer online: the cloud answers.";
    case "simulated":
      return "No volunteer online: prepared text answers.";
    case "none":
      return "No volunteer online.";
    default:
      return assertNever(tiers.pro.cloud);
  }
}

/** What an answer costs whoever asks. A guest has free messages, and each answer takes one. */
export function priceWords(tier: Tier, guest: boolean): string {
  const price = `${tier.credits} credits an answer`;
  return guest ? `${price}, or one free message` : price;
}

/**
 * Who is there and when an answer would begin. Where nobody is, the cloud is asked without a wait, unless messages wait
 * for it too: then what they waited is told, as it is of machines. It's never more exact than it can be.
 */
export function nowWords(load: TierLoad): string {
  const { workers, waitMs } = load;
  if (workers > 0) return `${counted(workers, "machine")} online: an answer begins ${whenWords(waitMs)}.`;
  if (load.cloud === "none") return "No volunteer online, and no cloud: nobody would answer now.";
  const cloudMs = cloudWaitMs(load);
  const begins = `begins ${cloudMs === null ? "at once" : whenWords(cloudMs)}`;
  return load.cloud === "simulated"
    ? `No volunteer online: prepared text, not a model’s, ${begins}.`
    : `No volunteer online: the cloud ${begins}.`;
}

/** The same for a button, beside the dot that says whether anybody is there. */
export function shortWords(load: TierLoad): string {
  const { workers, waitMs } = load;
  if (workers > 0) {
    const online = `${workers.toLocaleString("en")} online`;
    return waitMs === null ? online : `${online}, ${aboutTime(waitMs)}`;
  }
  if (load.cloud === "none") return "Nobody online";
  if (load.cloud === "simulated") return "Simulated, free";
  const cloudMs = cloudWaitMs(load);
  return `The cloud, ${cloudMs === null ? "at once" : aboutTime(cloudMs)}`;
}

function cloudWaitMs({ queued, waitMs }: TierLoad): number | null {
  return queued === 0 ? null : waitMs;
}

function whenWords(waitMs: number | null): string {
  if (waitMs === null) return "within seconds";
  return waitMs < 1_000 ? "within a second" : `in ${aboutTime(waitMs)}`;
}

function aboutTime(ms: number): string {
  if (ms < 1_000) return "under a second";
  const seconds = Math.round(ms / 1_000);
  if (seconds < 10) return `about ${seconds} s`;
  if (seconds < 58) return `about ${Math.round(seconds / 5) * 5} s`;
  const minutes = Math.round(seconds / 60);
  return minutes === 1 ? "about a minute" : `about ${minutes} minutes`;
}
