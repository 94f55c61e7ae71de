import { beforeEach, describe, expect, it } from "vitest";
import { FakeStreams } from "./fake-streams";
import { readStream, type StreamHandlers } from "./stream";

let streams: FakeStreams;
let texts: string[];
let log: string[];
let standing: "pending" | "settled";

const handlers: StreamHandlers = {
  text: (text) => texts.push(text),
  thought: (text) => log.push(`thought ${text}`),
  restarted: () => texts.splice(0),
  done: (finish) => log.push(`done ${finish}`),
  failed: (message) => log.push(`failed ${message}`),
  connection: (state) => log.push(state),
  refused: async () => standing,
};

const settled = () => new Promise((resolve) => setTimeout(resolve));
const open = () => readStream("job_1", handlers, streams);

beforeEach(() => {
  streams = new FakeStreams();
  texts = [];
  log = [];
  standing = "pending";
});

describe("reading a stream", () => {
  it("hands on the text of a frame at once, and what is left before the end", () => {
    open();
    streams.token("1", "Hello");
    streams.token("2", ", ");
    expect(texts).toEqual([]);
    streams.frame();
    streams.token("3", "you.");
    streams.send("4", { type: "done", tokens: 3, finish: "stop" });
    expect(texts).toEqual(["Hello, ", "you."]);
    expect(log).toEqual(["done stop"]);
    expect(streams.last.closed).toBe(true);
  });

  it("takes each event once, though a server replays them", () => {
    open();
    streams.token("1", "a");
    streams.token("2", "b");
    streams.last.broken(false);
    streams.last.opened();
    streams.token("1", "a");
    streams.token("2", "b");
    streams.token("3", "c");
    streams.frame();
    expect(texts.join("")).toBe("abc");
    expect(log).toEqual(["reconnecting", "steady"]);
  });

  it("tells what the model thinks apart from its answer", () => {
    open();
    streams.send("0", { type: "reasoning", value: "Hm." });
    streams.send("0", { type: "reasoning", value: " Well." });
    streams.token("4-a", "Yes,");
    streams.send("4-a", { type: "reasoning", value: " Or no?" });
    streams.token("9-b", " yes.");
    streams.frame();
    expect([texts, log]).toEqual([["Yes, yes."], ["thought Hm.", "thought  Well.", "thought  Or no?"]]);
  });

  it("forgets what came when the answer is told anew, and takes ids that it had seen", () => {
    open();
    streams.token("1-a", "the text ");
    streams.frame();
    streams.token("2-a", "that was lost");
    streams.send("0", { type: "reset" });
    streams.token("1-a", "the text ");
    streams.frame();
    streams.token("2-b", "that is kept");
    streams.send("0", { type: "reset" });
    streams.token("2-b", "all");
    streams.send("end-2-b", { type: "done", tokens: 3, finish: "stop" });
    expect(texts).toEqual(["all"]);
    expect(log).toEqual(["done stop"]);
  });

  it("closes on an error, keeping the text before it", () => {
    open();
    streams.token("1", "a");
    streams.send("2", { type: "error", message: "Gone." });
    expect(texts).toEqual(["a"]);
    expect(log).toEqual(["failed Gone."]);
    expect(streams.last.closed).toBe(true);
  });

  it("ignores events it can't read, and everything after it was closed", () => {
    const stream = open();
    streams.last.message("1", "not json");
    streams.send("2", { type: "unknown" });
    streams.token("3", "a");
    stream.close();
    streams.token("4", "b");
    streams.frame();
    expect(texts).toEqual([]);
  });
});

describe("a refused stream", () => {
  it("is resumed after the last event that came, while the answer is still being written", async () => {
    open();
    expect(streams.last.url).toBe("/api/chat/stream?jobId=job_1&reasoning=1");
    streams.token("7-0", "a");
    streams.last.broken(true);
    await settled();
    expect(streams.elapse()).toEqual([1000]);
    expect(streams.connections).toHaveLength(2);
    expect(streams.last.url).toBe("/api/chat/stream?jobId=job_1&reasoning=1&lastEventId=7-0");
    streams.token("8-0", "b");
    streams.frame();
    expect(texts.join("")).toBe("ab");
  });

  it("waits longer each time and gives up in the end", async () => {
    open();
    const waited: number[] = [];
    for (let round = 0; round < 11; round += 1) {
      streams.last.broken(true);
      await settled();
      waited.push(...streams.elapse());
    }
    expect(waited.slice(0, 5)).toEqual([1000, 2000, 4000, 8000, 15000]);
    expect(waited).toHaveLength(10);
    expect(log.at(-1)).toBe("lost");
  });

  it("is left alone when the answer is over", async () => {
    standing = "settled";
    open();
    streams.last.broken(true);
    await settled();
    expect(streams.elapse()).toEqual([]);
    expect(streams.connections).toHaveLength(1);
  });
});

describe("a stream that may have died unnoticed", () => {
  const SILENCE_MS = 45_000;
  const OPENING_MS = 8_000;

  it("is made anew when it was silent for long, and goes on where it was", () => {
    open();
    streams.token("7", "a");
    expect(streams.elapse()).toEqual([SILENCE_MS]);
    expect(streams.connections[0]?.closed).toBe(true);
    expect(streams.last.url).toContain("lastEventId=7");
    streams.token("8", "b");
    streams.frame();
    expect(texts.join("")).toBe("ab");
    expect(log).toEqual([]);
  });

  it("is made anew where it isn't answered, and waited for longer once it is", () => {
    open();
    expect(streams.elapse()).toEqual([OPENING_MS]);
    expect(streams.elapse()).toEqual([2 * OPENING_MS]); // Another as short would never be there in a slow network.
    expect(streams.connections).toHaveLength(3);
    streams.last.opened();
    expect(streams.elapse()).toEqual([SILENCE_MS]);
  });

  it("is made anew when somebody comes back, unless it has just been heard of", () => {
    const stream = open();
    streams.token("7", "a");
    streams.nowMs += 1_000;
    stream.wake();
    expect(streams.connections).toHaveLength(1);
    streams.nowMs += 60_000; // the machine slept: no timer has run
    stream.wake();
    expect(streams.connections).toHaveLength(2);
    expect(streams.last.url).toContain("lastEventId=7");
  });

  it("is made anew in any case where the network is another", () => {
    const stream = open();
    streams.token("7", "a");
    stream.renew();
    expect(streams.connections.map(({ closed }) => closed)).toEqual([true, false]);
    expect(streams.last.url).toContain("lastEventId=7");
  });

  it("goes on at once when somebody comes back while it waits, and after it was given up", async () => {
    const stream = open();
    for (let round = 0; round < 11; round += 1) {
      streams.last.broken(true);
      await settled();
      streams.elapse();
    }
    expect(log.at(-1)).toBe("lost");
    const before = streams.connections.length;
    stream.wake();
    expect(streams.connections).toHaveLength(before + 1);
    streams.last.broken(true);
    await settled();
    stream.wake();
    expect(streams.connections).toHaveLength(before + 2);
    expect(streams.elapse()).toEqual([OPENING_MS]);
  });

  it("isn't opened twice where somebody comes back while it is asked how the answer stands", async () => {
    const stream = open();
    streams.last.broken(true);
    stream.wake();
    await settled();
    expect(streams.connections).toHaveLength(2);
    expect(streams.elapse()).toEqual([OPENING_MS]);
  });

  it("is closed where it turns out to be over after somebody came back: nothing is read twice", async () => {
    standing = "settled";
    const stream = open();
    streams.token("1", "All of it.");
    streams.last.broken(true);
    stream.wake();
    await settled();
    expect(streams.connections.map(({ closed }) => closed)).toEqual([true, true]);
    expect(streams.elapse()).toEqual([]);
  });

  it("stays closed once it is over", () => {
    const stream = open();
    streams.send("1", { type: "done", tokens: 0, finish: "stop" });
    streams.nowMs += 60_000;
    stream.wake();
    expect(streams.connections).toHaveLength(1);
    expect(streams.elapse()).toEqual([]);
  });
});
