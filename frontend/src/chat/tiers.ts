/** What is said of a tier before a message is sent: who serves it, who is there, how long it takes to begin. */
import type { Me, Network, Tier, TierId } from "../api/types";
import { counted } from "../ui/words";

export type TierLoad = Network["tiers"][TierId];

export const SERVED_BY: Readonly<Record<TierId, string>> = {
  pro: "Volunteers’ browsers and machines",
  max: "Native machines and the cloud",
};

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
  const cloudMs = cloudWaitMs(load);
  return `No volunteer online: the cloud begins ${cloudMs === null ? "at once" : whenWords(cloudMs)}.`;
}

/** The same for a button, beside the dot that says whether anybody is there. */
export function shortWords(load: TierLoad): string {
  const { workers, waitMs } = load;
  if (workers > 0) {
    const online = `${workers.toLocaleString("en")} online`;
    return waitMs === null ? online : `${online}, ${aboutTime(waitMs)}`;
  }
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
