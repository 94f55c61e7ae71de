import { beforeEach, describe, expect, it, vi } from "vitest";
import { fewConnections, type Slots } from "./slots";
import type { ConnectionEvents, StreamPlatform } from "./stream";

interface Opened {
  url: string;
  events: ConnectionEvents;
  open: boolean;
}

let opened: Opened[];
let free: number;
let seen: boolean;
let changed: () => void;

const platform: StreamPlatform = {
  connect(url, events) {
    const one = { url, events, open: true };
    opened.push(one);
    return {
      close: () => {
        one.open = false;
      },
    };
  },
  onFrame: () => () => {},
  after(ms, callback) {
    const timer = setTimeout(callback, ms);
    return () => clearTimeout(timer);
  },
  now: Date.now,
};

const slots: Slots = {
  isSeen: () => seen,
  onSeen(callback) {
    changed = callback;
    return () => {};
  },
  async take() {
    if (free === 0) return null;
    free -= 1;
    return () => {
      free += 1;
    };
  },
};

const events = () => ({ opened: vi.fn(), message: vi.fn(), broken: vi.fn() });
const connect = (heard = events()) => fewConnections(platform, slots).connect("/s?jobId=job_1", heard);
const openNow = () => opened.filter((one) => one.open);
const passed = (ms: number) => vi.advanceTimersByTimeAsync(ms);

beforeEach(() => {
  vi.useFakeTimers();
  opened = [];
  free = 1;
  seen = true;
  changed = () => {};
});

describe("streams over few connections", () => {
  it("one that is seen is held, until it is closed", async () => {
    const stream = connect();
    await passed(60_000);
    expect(opened).toHaveLength(1);
    stream.close();
    expect([openNow().length, free]).toEqual([0, 1]);
  });

  it("where none is free it looks in, goes on where it was, and hangs up in between", async () => {
    free = 0;
    const heard = events();
    connect(heard);
    await passed(0);
    openNow()[0]?.events.opened();
    openNow()[0]?.events.message("job_1:5", "text");
    await passed(1_000);
    expect(openNow()).toHaveLength(0);
    await passed(3_000);
    expect(openNow()[0]?.url).toBe("/s?jobId=job_1&lastEventId=job_1%3A5");
    expect(heard.message).toHaveBeenCalledTimes(1);
  });

  it("takes the place of one that has ended", async () => {
    const first = connect();
    await passed(0);
    connect();
    await passed(10_000);
    first.close();
    await passed(10_000);
    expect([openNow().length, free]).toEqual([1, 0]);
  });

  it("gives its place back where nobody looks", async () => {
    connect();
    await passed(0);
    seen = false;
    changed();
    await passed(10_000);
    expect(free).toBe(1);
    seen = true;
    changed();
    await passed(0);
    expect([openNow().length, free]).toEqual([1, 0]);
  });

  it("is over when its last message closes it", async () => {
    free = 0;
    const heard = events();
    const stream = connect(heard);
    heard.message.mockImplementation(() => stream.close());
    await passed(0);
    openNow()[0]?.events.message("job_1:9", "end");
    await passed(60_000);
    expect([openNow().length, opened.length]).toEqual([0, 1]);
  });
});
