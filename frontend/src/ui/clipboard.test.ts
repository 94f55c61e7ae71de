import { afterEach, expect, it, vi } from "vitest";
import { copyText } from "./clipboard";

afterEach(() => vi.unstubAllGlobals());

/** A page without a clipboard to write to, where what is put behind a dialog can't be selected. */
function page({ dialog }: { dialog: boolean }) {
  class Place {
    selected = "";
    append(box: { value: string; select: () => void }) {
      box.select = () => {
        if (dialog && this === body) return;
        this.selected = box.value;
        document.activeElement = box;
      };
    }
  }
  const body = new Place();
  const over = new Place();
  const button = { closest: () => (dialog ? over : null) };
  const document: { activeElement: object; [name: string]: unknown } = {
    activeElement: button,
    body,
    createElement: () => ({ remove: () => undefined }),
    execCommand: () => true,
  };
  vi.stubGlobal("document", document);
  vi.stubGlobal("navigator", {});
  vi.stubGlobal("HTMLElement", Place);
  return dialog ? over : body;
}

it("copies without a clipboard, in a dialog too", async () => {
  for (const dialog of [false, true]) {
    const place = page({ dialog });
    expect(await copyText("secret")).toBe(true);
    expect(place.selected).toBe("secret");
  }
});

it("doesn't say that it copied what it couldn't select", async () => {
  page({ dialog: true });
  Object.assign(document.activeElement ?? {}, { closest: () => null });
  expect(await copyText("secret")).toBe(false);
});
