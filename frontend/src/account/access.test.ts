import { describe, expect, it } from "vitest";
import { ApiError } from "../api/request";
import { forgetHere, whileSignedIn } from "./access";
import {
  currentFirst,
  keyWords,
  scopesWords,
  sessionWords,
  tokenCommand,
  workerName,
  workerSeen,
} from "./access-words";
import { View, viewOf } from "./view";

const NOW = new Date("2026-11-21T12:00:00Z");
const BEFORE = "2026-11-21T11:55:00Z";

describe("the view", () => {
  it.each([
    ["", "money"],
    ["#statement", "money"],
    ["#keys", "keys"],
    ["#data", "data"],
    ["#keys2", "money"],
    ["#constructor", "money"],
  ])("of %j is %s", (hash, view) => {
    expect(viewOf(hash)).toBe(view);
  });
});

describe("a view that is held", () => {
  it("follows the address again when it is let go", () => {
    const location = { hash: "#keys" } as Location;
    let changed = () => {};
    const page = {
      location,
      addEventListener: (_name: string, listener: () => void) => (changed = listener),
    };
    const view = new View(page as unknown as Window);
    const goTo = (hash: string) => {
      location.hash = hash;
      changed();
      return view.shown.get();
    };
    const release = view.hold();
    expect(goTo("#data")).toBe("keys");
    release();
    expect(view.shown.get()).toBe("data");
    release();
    expect(goTo("")).toBe("money");
  });
});

describe("words", () => {
  it("tell a key by its end, and whether anybody uses it", () => {
    const key = { id: "key_1", name: "x", hint: "wxyz", createdAt: BEFORE, lastUsedAt: null, scopes: [] };
    expect(keyWords(key, NOW)).toMatch(/^ak_…wxyz · made 21 Nov, .* · never used$/);
    expect(keyWords({ ...key, lastUsedAt: BEFORE }, NOW)).toMatch(/last used 5\smin ago$/);
  });

  it("say what a key may", () => {
    expect(scopesWords(["worker"])).toBe("May work");
    expect(scopesWords(["worker", "chat", "read"])).toBe("May chat, read and work");
  });

  it("name a worker that has no name", () => {
    const worker = { name: "", model: "llama3.2", type: "native" } as const;
    expect(workerName(worker)).toBe("A machine with llama3.2");
    expect(workerName({ ...worker, type: "browser" })).toBe("A browser tab");
    expect(workerName({ ...worker, name: "The tower" })).toBe("The tower");
  });

  it("say when a worker was seen", () => {
    expect(workerSeen({ status: "busy", lastSeenAt: BEFORE }, NOW)).toBe("answering now");
    expect(workerSeen({ status: "offline", lastSeenAt: BEFORE }, NOW)).toMatch(/^last seen 5\smin ago$/);
    expect(workerSeen({ status: "offline", lastSeenAt: null }, NOW)).toBe("not started yet");
  });

  it("say of this session that it is in use", () => {
    const row = { id: "ses_1", device: "Firefox on Linux", createdAt: BEFORE, lastUsedAt: BEFORE };
    expect(sessionWords({ ...row, current: true }, NOW)).toMatch(/in use now$/);
    expect(sessionWords({ ...row, current: false }, NOW)).toMatch(/last used 5\smin ago$/);
    const rows = ["a", "b", "c"].map((id) => ({ ...row, id, current: id === "b" }));
    expect(currentFirst(rows).map(({ id }) => id)).toEqual(["b", "a", "c"]);
  });

  it("quote a model for the shell", () => {
    const command = (model: string) =>
      tokenCommand({ token: "wt_x", model, origin: "https://ashao.example" });
    expect(command("llama3.2:3b")).toMatch(/--model llama3\.2:3b$/);
    expect(command("it's; rm -rf ~")).toMatch(/--model 'it'\\''s; rm -rf ~'$/);
  });
});

describe("a call that finds nobody signed in", () => {
  it("has the page look who is here", async () => {
    let looked = 0;
    const session = {
      refresh: async () => {
        looked += 1;
      },
    };
    const failing = (status: number) => async () => {
      throw new ApiError("No.", { status, code: "no" });
    };
    await expect(whileSignedIn(failing(503), session)).rejects.toThrow("No.");
    expect(looked).toBe(0);
    await expect(whileSignedIn(failing(401), session)).rejects.toThrow("No.");
    expect(looked).toBe(1);
  });
});

describe("forgetting what this browser keeps", () => {
  it("leaves the development wallet, and what isn't ours", () => {
    const left = new Map([
      ["ashao.drafts", "1"],
      ["ashao.devWallet", "2"],
      ["theirs", "3"],
      ["ashao.outgoing", "4"],
    ]);
    const localStorage = {
      key: (index: number) => [...left.keys()][index] ?? null,
      length: left.size,
      removeItem: (name: string) => void left.delete(name),
    };
    const page = {
      localStorage,
      get sessionStorage(): Storage {
        throw new Error("denied");
      },
    };
    forgetHere(page as unknown as Window);
    expect([...left.keys()]).toEqual(["ashao.devWallet", "theirs"]);
  });
});
