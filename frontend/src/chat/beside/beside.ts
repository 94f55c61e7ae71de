/** What the pages beside the chat do for it when somebody comes or goes: its open tabs, and what it left in the browser. */
import type { Api } from "../../api/api";
import { type Clock, pageClock } from "../../lib/clock";
import { type KeyValue, safeStorage } from "../../lib/storage";
import { ChatMemory } from "../conversation/memory";
import { Deletions } from "../library/deletions";
import { joinTabs, type Tabs } from "../tabs";

interface BesideChatDeps {
  api: Pick<Api, "deleteConversation">;
  lasting: KeyValue;
  tab: KeyValue;
  clock: Pick<Clock, "sleep">;
  now: () => number;
}

export class BesideChat {
  readonly #deps: BesideChatDeps;
  readonly #tabs: Tabs;

  /** `changed`: somebody came or went in another tab. */
  constructor(deps: BesideChatDeps, changed: () => void) {
    this.#deps = deps;
    this.#tabs = joinTabs((news) => {
      if (news.type !== "conversation") changed();
    });
  }

  signedIn(): void {
    this.#tabs.tell({ type: "signed-in" });
  }

  /** What could still be undone can't be any more: whoever is here next may not delete it, nor read its title. */
  async signingOut(): Promise<void> {
    const { api, lasting: storage, clock, now } = this.#deps;
    const deletions = new Deletions({
      storage,
      clock,
      now,
      tab: "beside",
      remove: (id, how) => api.deleteConversation(id, how),
      late: () => undefined,
      ended: () => undefined,
    });
    deletions.start();
    await deletions.finish();
  }

  /** Nothing that was written stays for whoever is here next. */
  signedOut(): void {
    new ChatMemory(this.#deps.lasting, this.#deps.tab, () => "").clear();
    this.#tabs.tell({ type: "signed-out" });
  }
}

export function besideChat(api: Pick<Api, "deleteConversation">, changed: () => void): BesideChat {
  const storages = { lasting: safeStorage("localStorage"), tab: safeStorage("sessionStorage") };
  return new BesideChat({ api, ...storages, clock: pageClock, now: Date.now }, changed);
}
