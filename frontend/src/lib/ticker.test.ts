import { describe, expect, it } from "vitest";
import { FakeClock, settled } from "./fake-clock";
import { Ticker, type TickerPort } from "./ticker";
import type { FromTicker, ToTicker } from "./ticker-protocol";

class FakePort implements TickerPort {
  readonly sent: ToTicker[] = [];
  onmessage: ((event: MessageEvent<FromTicker>) => void) | null = null;
  onerror: ((event: ErrorEvent) => void) | null = null;
  terminated = false;

  postMessage(message: ToTicker): void {
    this.sent.push(message);
  }

  terminate(): void {
    this.terminated = true;
  }

  awake(id: number): void {
    this.onmessage?.(new MessageEvent("message", { data: { type: "awake", id } }));
  }
}

function ticker() {
  const port = new FakePort();
  const page = new FakeClock();
  const clock = new Ticker(port, page);
  const awake: string[] = [];
  const sleep = (name: string, ms: number, signal?: AbortSignal) =>
    void clock.sleep(ms, signal).then(() => awake.push(name));
  return { port, page, clock, awake, sleep };
}

describe("a sleep", () => {
  it("ends when its own timer does", async () => {
    const { port, awake, sleep } = ticker();
    sleep("a", 100);
    sleep("b", 200);
    port.awake(2);
    await settled();
    expect(awake).toEqual(["b"]);
    expect(port.sent).toEqual([
      { type: "sleep", id: 1, ms: 100 },
      { type: "sleep", id: 2, ms: 200 },
    ]);
  });

  it("ends at once when it is called off", async () => {
    const { port, awake, sleep } = ticker();
    const off = new AbortController();
    sleep("a", 100, off.signal);
    off.abort();
    sleep("b", 100, off.signal);
    await settled();
    expect(awake).toEqual(["a", "b"]);
    expect(port.sent).toEqual([
      { type: "sleep", id: 1, ms: 100 },
      { type: "cancel", id: 1 },
    ]);
  });

  it("falls back to the page's timers when the worker fails", async () => {
    const { port, page, awake, sleep } = ticker();
    sleep("a", 100);
    port.onerror?.(new Event("error") as ErrorEvent);
    sleep("b", 100);
    await settled();
    expect(awake).toEqual(["a"]);
    await page.advance(100);
    expect(awake).toEqual(["a", "b"]);
  });

  it("ends when the clock is closed", async () => {
    const { port, clock, awake, sleep } = ticker();
    sleep("a", 100);
    clock.close();
    await settled();
    expect([awake, port.terminated]).toEqual([["a"], true]);
  });
});
