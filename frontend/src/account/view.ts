/** Which part of the account is on show: the address says it, so that it can be linked, reloaded and gone back from. */
import { type Readable, Store } from "../lib/store";

export const VIEWS = [
  { id: "money", name: "Money" },
  { id: "keys", name: "API keys" },
  { id: "workers", name: "Workers" },
  { id: "sessions", name: "Signed in" },
  { id: "data", name: "Your data" },
] as const;

export type ViewId = (typeof VIEWS)[number]["id"];
/** What is loaded when it is needed. */
export type AccessViewId = Exclude<ViewId, "money">;

/** Anything else, `#statement` among it, is a place in the first. */
export function viewOf(hash: string): ViewId {
  return VIEWS.find(({ id }) => hash === `#${id}`)?.id ?? "money";
}

/** Follows the address of the page, except while something is on show that would be lost with its part. */
export class View {
  readonly #store: Store<ViewId>;
  readonly #look: () => void;
  #holders = 0;

  constructor(page: Pick<Window, "location" | "addEventListener">) {
    this.#store = new Store(viewOf(page.location.hash));
    this.#look = () => {
      if (this.#holders === 0) this.#store.set(viewOf(page.location.hash));
    };
    page.addEventListener("hashchange", this.#look);
  }

  get shown(): Readable<ViewId> {
    return this.#store;
  }

  /** Stays where it is until what this returns is called, wherever the address goes. */
  hold(): () => void {
    this.#holders += 1;
    let holding = true;
    return () => {
      if (!holding) return;
      holding = false;
      this.#holders -= 1;
      this.#look();
    };
  }
}
