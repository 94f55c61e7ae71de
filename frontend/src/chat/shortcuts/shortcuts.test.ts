import { describe, expect, it } from "vitest";
import {
  isApple,
  type KeyPlace,
  type KeyPress,
  keysOf,
  SHORTCUTS,
  shortcutFor,
  spokenKeys,
} from "./shortcuts";

const page: KeyPlace = { apple: false, typing: null, over: null, singleKeys: true };

function press(keys: string, more: Partial<KeyPress> = {}): KeyPress {
  const parts = keys.split("+");
  return {
    key: parts.at(-1) ?? "",
    code: "",
    ctrlKey: parts.includes("Ctrl"),
    metaKey: parts.includes("Meta"),
    altKey: parts.includes("Alt"),
    shiftKey: parts.includes("Shift"),
    repeat: false,
    isComposing: false,
    ...more,
  };
}

const asked = (keys: string, place: Partial<KeyPlace> = {}, more: Partial<KeyPress> = {}) =>
  shortcutFor(press(keys, more), { ...page, ...place });

describe("a key press", () => {
  it("means what the list says, with exactly the keys it names", () => {
    expect(asked("Ctrl+Shift+O")).toBe("new-chat");
    expect(asked("Ctrl+k")).toBe("search");
    expect(asked("Ctrl+b")).toBe("conversations");
    expect(asked("Ctrl+Shift+Y")).toBe("copy-answer");
    expect(asked("/")).toBe("write");
    expect(asked("Shift+Escape")).toBe("write");
    expect(asked("Escape")).toBe("stop");
    for (const keys of [
      "Ctrl+o",
      "Ctrl+Shift+K",
      "Ctrl+Alt+k",
      "k",
      "Meta+k",
      "Ctrl+Meta+k",
      "Ctrl+Escape",
    ]) {
      expect([keys, asked(keys)]).toEqual([keys, null]);
    }
  });

  it("asks for the list on keyboards that have the signs elsewhere", () => {
    for (const keys of ["?", "Shift+?", "Ctrl+/", "Ctrl+Shift+/"]) expect(asked(keys)).toBe("help");
  });

  it("is the same key where the letters are others", () => {
    expect(asked("Ctrl+л", {}, { code: "KeyK" })).toBe("search");
    expect(asked("Ctrl+Shift+Щ", {}, { code: "KeyO" })).toBe("new-chat");
    expect(asked("Ctrl+t", {}, { code: "KeyK" })).toBe(null); // Latin, but arranged otherwise.
  });

  it("takes ⌘ and not Ctrl on Apple's machines, where Ctrl edits text", () => {
    expect(asked("Meta+k", { apple: true })).toBe("search");
    expect(asked("Ctrl+k", { apple: true })).toBe(null);
  });

  it("doesn't disturb who types", () => {
    for (const typing of ["message", "field"] as const) {
      for (const keys of ["/", "?", "Shift+?"]) expect(asked(keys, { typing })).toBe(null);
      expect(asked("Ctrl+/", { typing })).toBe("help");
      expect(asked("Shift+Escape", { typing })).toBe("write");
    }
    expect(asked("Escape", { typing: "message" })).toBe("stop");
    expect(asked("Escape", { typing: "field" })).toBe(null);
    expect(asked("Ctrl+k", {}, { isComposing: true })).toBe(null);
    expect(asked("Ctrl+Shift+O", {}, { repeat: true })).toBe(null);
  });

  it("leaves dialogs alone, and works in the drawer where that makes sense", () => {
    for (const keys of ["Ctrl+k", "Ctrl+Shift+O", "Escape", "?"]) {
      expect(asked(keys, { over: "other" })).toBe(null);
    }
    expect(asked("Ctrl+k", { over: "drawer" })).toBe("search");
    expect(asked("Ctrl+b", { over: "drawer" })).toBe("conversations");
    expect(asked("Escape", { over: "drawer" })).toBe(null);
  });

  it("does nothing without Ctrl where somebody switched that off, but Escape", () => {
    expect(asked("/", { singleKeys: false })).toBe(null);
    expect(asked("?", { singleKeys: false })).toBe(null);
    expect(asked("Ctrl+/", { singleKeys: false })).toBe("help");
    expect(asked("Escape", { singleKeys: false })).toBe("stop");
  });
});

describe("the list", () => {
  it("names each key as it is on the machine's keyboard", () => {
    const newChat = { key: "o", mod: true, shift: true } as const;
    expect(keysOf(newChat, false)).toEqual(["Ctrl", "Shift", "O"]);
    expect(keysOf(newChat, true)).toEqual(["⇧", "⌘", "O"]);
    expect(spokenKeys(newChat, true)).toBe("Shift + Command + O");
    expect(spokenKeys({ key: "?" }, false)).toBe("Question mark");
    expect(["MacIntel", "iPad", "Win32", "Linux x86_64"].map(isApple)).toEqual([true, true, false, false]);
  });

  it("has no combination twice", () => {
    const all = SHORTCUTS.flatMap(({ combinations }) =>
      combinations.map((one) => keysOf(one, false).join("+")),
    );
    expect(new Set(all).size).toBe(all.length);
  });
});
