/** The pages there are, in the order in which the header names them. */
export const PAGES = [
  { id: "chat", name: "Chat", path: "/" },
  { id: "earn", name: "Earn", path: "/earn" },
  { id: "stake", name: "Stake", path: "/stake" },
  { id: "treasury", name: "Treasury", path: "/treasury" },
  { id: "docs", name: "Docs", path: "/docs" },
  { id: "account", name: "Account", path: "/account" },
] as const;

export type PageId = (typeof PAGES)[number]["id"];

/** What a link needs that opens in a tab of its own. */
export function beside(newTab: boolean) {
  return newTab ? ({ target: "_blank", rel: "noreferrer" } as const) : {};
}
