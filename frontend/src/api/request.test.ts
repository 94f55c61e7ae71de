import { describe, expect, it } from "vitest";
import { nothing, object, string } from "../lib/decode";
import { createApi } from "./api";
import { ApiError, cookieValue, createRequest } from "./request";

interface Seen {
  url: string;
  init: RequestInit;
}

function json(body: unknown, status = 200, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(body), { status, headers });
}

function server(answer: (seen: Seen) => Response, cookies = { value: "theme=x; csrftoken=abc" }) {
  const seen: Seen[] = [];
  const request = createRequest({
    fetch: async (url, init) => {
      seen.push({ url, init });
      return answer({ url, init });
    },
    cookies: () => cookies.value,
  });
  return { request, seen, cookies };
}

function header({ init }: Seen, name: string): string | null {
  return new Headers(init.headers).get(name);
}

async function failureOf(promise: Promise<unknown>): Promise<ApiError> {
  const error = await promise.then(() => null).catch((reason: unknown) => reason);
  if (!(error instanceof ApiError)) throw new Error("It should have failed with an ApiError.");
  return error;
}

describe("CSRF", () => {
  it("goes with unsafe calls, and only with them", async () => {
    const { request, seen } = server(() => json({}));
    await request({ method: "POST", path: "/api/x", decode: nothing });
    await request({ method: "GET", path: "/api/x", decode: nothing });
    expect(seen.map((s) => header(s, "X-CSRFToken"))).toEqual(["abc", null]);
  });

  it("fetches the cookie first when there is none", async () => {
    const cookies = { value: "" };
    const { request, seen } = server(() => {
      cookies.value = "csrftoken=fresh";
      return json({});
    }, cookies);
    await request({ method: "POST", path: "/api/x", decode: nothing });
    expect(seen.map((s) => s.url)).toEqual(["/api/me", "/api/x"]);
    expect(seen.map((s) => header(s, "X-CSRFToken"))).toEqual([null, "fresh"]);
  });

  it("isn't fooled by a cookie whose name ends alike", () => {
    expect(cookieValue("not_csrftoken=1; csrftoken=a%3Db", "csrftoken")).toBe("a=b");
    expect(cookieValue("", "csrftoken")).toBeNull();
  });
});

describe("errors", () => {
  it("carry the server's sentence, code, status and patience", async () => {
    const { request } = server(() =>
      json({ error: "Slow down.", code: "busy" }, 429, { "Retry-After": "7" }),
    );
    const error = await failureOf(request({ method: "GET", path: "/api/x", decode: nothing }));
    expect(error).toMatchObject({
      message: "Slow down.",
      code: "busy",
      status: 429,
      retryAfterS: 7,
      transient: false,
    });
  });

  it.each([
    [json({ error: "Slow down.", code: "rate_limited" }, 429, { "Retry-After": "7" }), "in 7 seconds."],
    [
      json({ error: "Slow down.", code: "rate_limited" }, 429, { "Retry-After": "600" }),
      "in about 10 minutes.",
    ],
    [json({ error: "Slow down.", code: "rate_limited" }, 429), "in a moment."],
    [
      new Response("<h1>Too Many Requests</h1>", { status: 429, headers: { "Retry-After": "1" } }),
      "in 1 second.",
    ],
  ])("of a limit say in the page's words how long to wait", async (answer, wait) => {
    const { request } = server(() => answer);
    const error = await failureOf(request({ method: "GET", path: "/api/x", decode: nothing }));
    expect(error).toMatchObject({ status: 429, message: `That was too much at once. Try again ${wait}` });
  });

  it("survive a proxy that answers in HTML", async () => {
    const { request } = server(() => new Response("<h1>Bad Gateway</h1>", { status: 502 }));
    const error = await failureOf(request({ method: "GET", path: "/api/x", decode: nothing }));
    expect(error).toMatchObject({ status: 502, code: "http_502", transient: true });
  });

  it("tell when nothing answered", async () => {
    const { request } = server(() => {
      throw new TypeError("Failed to fetch");
    });
    const error = await failureOf(request({ method: "GET", path: "/api/x", decode: nothing }));
    expect(error).toMatchObject({ status: 0, code: "unreachable", transient: true });
  });

  it("refuse an answer of another shape", async () => {
    const { request } = server(() => json({ name: 7 }));
    const call = request({ method: "GET", path: "/api/x", decode: object({ name: string }) });
    expect(await failureOf(call)).toMatchObject({ code: "unreadable_answer" });
  });
});

describe("the chat's calls", () => {
  it("send a message with its key, naming the conversation only where there is one", async () => {
    const sent = { jobId: "job_1", conversationId: "conv_1", questionId: "msg_1", answerId: "msg_2" };
    const { request, seen } = server(() => json(sent, 201));
    const api = createApi(request);
    const input = { tier: "pro", content: "Hi", conversationId: null, idempotencyKey: "k" } as const;
    await api.send(input);
    await api.send({ ...input, conversationId: "conv_1" });
    expect(seen.map((s) => header(s, "Idempotency-Key"))).toEqual(["k", "k"]);
    expect(seen.map((s) => s.init.body)).toEqual([
      '{"tier":"pro","content":"Hi"}',
      '{"tier":"pro","content":"Hi","conversationId":"conv_1"}',
    ]);
  });

  it("take an empty answer where none is needed", async () => {
    const { request } = server(() => new Response(null, { status: 204 }));
    await expect(createApi(request).deleteConversation("conv_1")).resolves.toBeUndefined();
  });
});
