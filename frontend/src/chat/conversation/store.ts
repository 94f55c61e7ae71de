import { Store } from "../../lib/store";
import { type ChatEvent, type ChatState, initialChat, reduceChat } from "./state";

/** After these, what was asked of the server before tells of another time. */
const TURNS: ReadonlySet<ChatEvent["type"]> = new Set([
  "opened",
  "cleared",
  "loaded",
  "refreshed",
  "sendStarted",
  "sendAccepted",
  "retryAccepted",
]);

/** The state of the open conversation, changed by events only. */
export class ChatStore extends Store<ChatState> {
  #era = 0;

  constructor() {
    super(initialChat);
  }

  /** Grows whenever the path may have become another one. */
  get era(): number {
    return this.#era;
  }

  dispatch(event: ChatEvent): void {
    if (TURNS.has(event.type)) this.#era += 1;
    this.set(reduceChat(this.get(), event));
  }
}
