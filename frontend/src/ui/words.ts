/** Small pieces of wording that several places share. */
import type { Network } from "../api/types";

export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString("en")} ${count === 1 ? one : many}`;
}

export function shortWallet(wallet: string): string {
  return `${wallet.slice(0, 6)}…${wallet.slice(-4)}`;
}

/** Machines of both tiers. A machine that serves both is counted in each. */
export function machinesOnline(network: Network): number {
  return network.tiers.pro.workers + network.tiers.max.workers;
}
