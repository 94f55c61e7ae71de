import { afterEach, expect, it, vi } from "vitest";
import { joinTabs, type TabNews } from "./tabs";

afterEach(() => vi.unstubAllGlobals());

it("tells the other tabs, and not the one that tells", async () => {
  const own = vi.fn();
  const heard: TabNews[] = [];
  const tab = joinTabs(own);
  joinTabs((news) => heard.push(news));
  tab.tell({ type: "conversation", id: "conv_1" });
  tab.tell({ type: "signed-out" });
  await vi.waitFor(() => expect(heard).toHaveLength(2));
  expect(heard).toEqual([{ type: "conversation", id: "conv_1" }, { type: "signed-out" }]);
  expect(own).not.toHaveBeenCalled();
});

it("ignores what it can't read", async () => {
  const heard: TabNews[] = [];
  joinTabs((news) => heard.push(news));
  const other = new BroadcastChannel("ashao.tabs");
  for (const news of [{ type: "another" }, "text", null, { type: "signed-in" }]) other.postMessage(news);
  await vi.waitFor(() => expect(heard).toEqual([{ type: "signed-in" }]));
  other.close();
});

it("does without where the browser can't", () => {
  vi.stubGlobal("BroadcastChannel", undefined);
  expect(() => joinTabs(vi.fn()).tell({ type: "signed-out" })).not.toThrow();
});
