/** News that comes unasked over `/ws/live`: the state of the network, the person's balance. */
import { type LiveMessage, liveMessage, type Network } from "../api/types";
import { backoffMs, jittered } from "../lib/backoff";
import { assertNever } from "../lib/never";
import { Store } from "../lib/store";

const RETRY = { firstMs: 1_000, maxMs: 30_000 };

export interface LiveHandlers {
  balance(credits: number): void;
}

export class Live {
  readonly network = new Store<Network | null>(null);
  readonly #handlers: LiveHandlers;
  #socket: WebSocket | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #failures = 0;

  constructor(handlers: LiveHandlers) {
    this.#handlers = handlers;
  }

  /** (Re)connects. Called again when the person signs in or out, since a socket keeps who opened it. */
  connect(): void {
    clearTimeout(this.#timer);
    this.#forget();
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    const socket = new WebSocket(`${scheme}://${location.host}/ws/live`);
    socket.onmessage = (event: MessageEvent<unknown>) => this.#receive(event.data);
    socket.onclose = () => this.#retry();
    this.#socket = socket;
  }

  /** From the page's first moment; `ask` tells how the network is before, or without, the socket. */
  start(ask: () => Promise<Network>): void {
    void this.#seed(ask);
    this.connect();
  }

  async #seed(ask: () => Promise<Network>): Promise<void> {
    try {
      const network = await ask();
      if (this.network.get() === null) this.network.set(network);
    } catch {
      // The socket will tell, once it is there.
    }
  }

  #forget(): void {
    if (this.#socket === null) return;
    this.#socket.onclose = null;
    this.#socket.onmessage = null;
    this.#socket.close();
    this.#socket = null;
  }

  #retry(): void {
    const ms = jittered(backoffMs(this.#failures, RETRY));
    this.#failures += 1;
    this.#timer = setTimeout(() => this.connect(), ms);
  }

  #receive(data: unknown): void {
    const message = parseLive(data);
    if (message === null) return;
    this.#failures = 0;
    switch (message.type) {
      case "network":
        this.network.set(message);
        return;
      case "balance":
        this.#handlers.balance(message.credits);
        return;
      default:
        assertNever(message);
    }
  }
}

export function parseLive(data: unknown): LiveMessage | null {
  try {
    return typeof data === "string" ? liveMessage(JSON.parse(data), "live") : null;
  } catch {
    return null; // News of a kind this page is too old to know.
  }
}
