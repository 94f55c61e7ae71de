import { describe, expect, it, vi } from "vitest";
import { ApiError, createRequest } from "../api/request";
import { FakeClock } from "../lib/fake-clock";
import { job } from "./fake-network";
import { createWorkerApi, expectedSeq } from "./worker-api";

interface Seen {
  url: string;
  init: RequestInit;
}

function server(answer: (seen: Seen) => Response | Promise<Response>) {
  const seen: Seen[] = [];
  const reached: boolean[] = [];
  const beacons: { path: string; body: Blob }[] = [];
  const clock = new FakeClock();
  const fetch = async (url: string, init: RequestInit) => {
    seen.push({ url, init });
    return answer({ url, init });
  };
  const api = createWorkerApi(
    { workerId: "wrk_1", workerToken: "wt_1" },
    {
      request: createRequest({ fetch, cookies: () => "csrftoken=abc", clock }),
      beacon: (path, body) => {
        beacons.push({ path, body });
        return true;
      },
      reached: (online) => reached.push(online),
    },
  );
  return { api, seen, reached, beacons, clock };
}

const json = (body: object, status = 200) => new Response(JSON.stringify(body), { status });
const never = () => new AbortController().signal;
const silence = ({ init }: Seen) =>
  new Promise<Response>((_resolve, reject) =>
    init.signal?.addEventListener("abort", () => reject(new Error())),
  );

describe("the worker's calls", () => {
  it("carry its token, and neither cookies nor a CSRF token", async () => {
    const { api, seen } = server(() => json({ ok: true, stop: false }));
    await api.chunk(job("job_1"), 3, { kind: "text", text: "text" }, never());
    const [{ url, init }] = seen as [Seen];
    const headers = new Headers(init.headers);
    expect(url).toBe("/api/worker/token");
    expect(headers.get("Authorization")).toBe("Bearer wt_1");
    expect(headers.has("X-CSRFToken")).toBe(false);
    expect(init.credentials).toBe("omit");
    expect(JSON.parse(String(init.body))).toEqual({
      workerId: "wrk_1",
      jobId: "job_1",
      lease: "ls_job_1",
      seq: 3,
      value: "text",
    });
  });

  it("say of what was only thought that it was", async () => {
    const { api, seen } = server(() => json({ ok: true, stop: false }));
    await api.chunk(job("job_1"), 0, { kind: "reasoning", text: "Hm." }, never());
    const [{ init }] = seen as [Seen];
    expect(JSON.parse(String(init.body))).toMatchObject({ seq: 0, value: "Hm.", kind: "reasoning" });
  });

  it("say which jobs are ours, and how fast we are only where it is known", async () => {
    const { api, seen } = server(() =>
      json({
        ok: true,
        workerId: "wrk_1",
        model: "m",
        tiers: ["pro"],
        jobs: ["job_1"],
        stop: ["job_2"],
        paused: true,
      }),
    );
    const pulse = { jobs: ["job_1"], stop: ["job_2"], paused: true };
    expect(await api.heartbeat({ jobs: ["job_1"], tokensPerSecond: null })).toEqual(pulse);
    await api.heartbeat({ jobs: [], tokensPerSecond: 12.5 });
    await api.heartbeat({ jobs: [], ready: false });
    expect(seen.map(({ init }) => JSON.parse(String(init.body)))).toEqual([
      { workerId: "wrk_1", jobs: ["job_1"] },
      { workerId: "wrk_1", jobs: [], tokensPerSecond: 12.5 },
      { workerId: "wrk_1", jobs: [], ready: false },
    ]);
  });

  it("give a claim the time that it waits, and no more", async () => {
    const { api, clock, reached } = server(silence);
    const failed = vi.fn();
    void api.claim(25_000, never()).catch(failed);
    await clock.advance(26_000);
    expect(failed).not.toHaveBeenCalled();
    await clock.advance(10_000);
    expect(failed.mock.calls[0]?.[0]).toMatchObject({ code: "unreachable", transient: true });
    expect(reached).toEqual([false]);
  });

  it("can be called off, which says nothing about the network", async () => {
    const { api, clock, reached } = server(silence);
    const hangUp = new AbortController();
    const failed = vi.fn();
    void api.claim(25_000, hangUp.signal).catch(failed);
    await clock.advance(10);
    hangUp.abort();
    await clock.advance(0);
    expect(failed.mock.calls[0]?.[0]).toMatchObject({ code: "aborted" });
    expect(reached).toEqual([]);
  });

  it("count an answer that breaks off as none", async () => {
    const broken = () =>
      new Response(
        new ReadableStream({
          start(body) {
            body.enqueue(new TextEncoder().encode('{"ok":'));
            body.error(new Error("reset"));
          },
        }),
      );
    const { api } = server(broken);
    await expect(api.chunk(job("a"), 0, { kind: "text", text: "x" }, never())).rejects.toMatchObject({
      status: 0,
      transient: true,
    });
  });

  it("tell that the network is there also where it refuses", async () => {
    const { api, reached } = server(() => json({ error: "No.", code: "lease_lost" }, 409));
    await expect(api.fail(job("a"), "why")).rejects.toBeInstanceOf(ApiError);
    expect(reached).toEqual([true]);
  });

  it("say goodbye with the token in the body", async () => {
    const { api, beacons } = server(() => json({}));
    api.farewell();
    const [{ path, body }] = beacons as [{ path: string; body: Blob }];
    expect(path).toBe("/api/worker/release");
    expect(body.type).toBe("application/json");
    expect(JSON.parse(await body.text())).toEqual({ workerId: "wrk_1", workerToken: "wt_1" });
  });

  it("tell which chunk the server expects", async () => {
    const body = { error: "Chunk 2 comes next.", code: "out_of_order", expected: 2 };
    const { api } = server(() => json(body, 409));
    const error = await api
      .chunk(job("a"), 5, { kind: "text", text: "x" }, never())
      .catch((reason: unknown) => reason);
    expect(expectedSeq(error)).toBe(2);
    expect(expectedSeq(new ApiError("Lost.", { status: 409, code: "lease_lost" }))).toBeNull();
  });
});

describe("the answer to a claim", () => {
  it("is a job or none", async () => {
    const { id, value, messages, prefix, lease } = job("job_1", { prefix: "So" });
    const answer = { job: { id, tier: "pro", model: "ashao-pro", value }, messages, prefix, lease };
    const claim = (body: object) => server(() => json(body)).api.claim(0, never());
    expect(await claim(answer)).toEqual({ type: "job", job: { id, value, messages, prefix, lease } });
    expect(await claim({ job: null, reason: "paused" })).toEqual({ type: "none", reason: "paused" });
    await expect(claim({ job: answer.job, messages })).rejects.toMatchObject({ code: "unreadable_answer" });
  });
});
