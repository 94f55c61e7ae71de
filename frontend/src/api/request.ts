import { type Clock, pageClock } from "../lib/clock";
import { type Decoder, nullable, object, string } from "../lib/decode";
import { whenToRetry } from "../lib/wait";

const TIMEOUT_MS = 20_000;

/** Any call that didn't work. `status` 0 means that no answer came. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly retryAfterS: number | null;
  /** All that the server said, for the few errors that tell more than a sentence. */
  readonly body: unknown;

  constructor(message: string, { status, code, retryAfterS = null, body = null }: ApiFailure) {
    super(message);
    this.name = "ApiError";
    this.status = status;
    this.code = code;
    this.retryAfterS = retryAfterS;
    this.body = body;
  }

  /** Whether the same call may work in a moment, and may have worked without us hearing of it. */
  get transient(): boolean {
    return this.status === 0 || this.status >= 500;
  }
}

interface ApiFailure {
  status: number;
  code: string;
  retryAfterS?: number | null;
  body?: unknown;
}

export interface Call<T> {
  method: "GET" | "POST" | "PATCH" | "DELETE";
  path: string;
  decode: Decoder<T>;
  body?: object;
  headers?: Readonly<Record<string, string>>;
  /** Signs the call by itself: it then goes without cookies, and needs no CSRF token. */
  bearer?: string;
  timeoutMs?: number;
  /** Hangs up. The call then fails with `status` 0 and the code `aborted`. */
  signal?: AbortSignal;
  /** The call outlives the page. */
  keepalive?: boolean;
}

export type Request = <T>(call: Call<T>) => Promise<T>;

/** What a call needs of the browser. */
export interface Transport {
  fetch: (url: string, init: RequestInit) => Promise<Response>;
  cookies: () => string;
  /** Whose sleep ends calls that take too long; the page's own timers where it isn't given. */
  clock?: Clock;
}

interface Answer {
  response: Response;
  body: unknown;
}

/** Calls as the page makes them. */
export function browserRequest(): Request {
  return createRequest({ fetch: (url, init) => fetch(url, init), cookies: () => document.cookie });
}

/** Makes the one function through which every call to the server goes. */
export function createRequest(transport: Transport): Request {
  return async (call) => {
    const { response, body } = await exchange(transport, call);
    if (!response.ok) throw failureOf(response, body);
    try {
      return call.decode(body, "answer");
    } catch {
      throw new ApiError("The server gave an answer this page can't read. Reload the page.", {
        status: response.status,
        code: "unreadable_answer",
      });
    }
  };
}

async function exchange(transport: Transport, call: Call<unknown>): Promise<Answer> {
  const headers: Record<string, string> = { Accept: "application/json", ...call.headers };
  if (call.body !== undefined) headers["Content-Type"] = "application/json";
  if (call.bearer !== undefined) headers.Authorization = `Bearer ${call.bearer}`;
  else if (call.method !== "GET") headers["X-CSRFToken"] = await csrfToken(transport);
  const init: RequestInit = {
    method: call.method,
    headers,
    body: call.body === undefined ? null : JSON.stringify(call.body),
    credentials: call.bearer === undefined ? "same-origin" : "omit",
    keepalive: call.keepalive ?? false,
  };
  return reach(transport, call.path, init, call);
}

/** The whole exchange has one time limit: an answer that breaks off in its middle hasn't come. */
async function reach(
  transport: Transport,
  path: string,
  init: RequestInit,
  { timeoutMs = TIMEOUT_MS, signal }: Pick<Call<unknown>, "timeoutMs" | "signal">,
): Promise<Answer> {
  const limit = new AbortController();
  const hangUp = () => limit.abort();
  const answered = new AbortController();
  const clock = transport.clock ?? pageClock;
  void clock.sleep(timeoutMs, answered.signal).then(hangUp);
  signal?.addEventListener("abort", hangUp);
  if (signal?.aborted) hangUp();
  try {
    const response = await transport.fetch(path, { ...init, signal: limit.signal });
    return { response, body: parseJson(await response.text()) };
  } catch {
    if (signal?.aborted) throw new ApiError("The call was called off.", { status: 0, code: "aborted" });
    throw new ApiError("ashao can't be reached. Check your connection.", { status: 0, code: "unreachable" });
  } finally {
    answered.abort();
    signal?.removeEventListener("abort", hangUp);
  }
}

/** Reads the cookie anew each time, since signing in changes it; asks for one if it was cleared. */
async function csrfToken(transport: Transport): Promise<string> {
  const present = cookieValue(transport.cookies(), "csrftoken");
  if (present !== null) return present;
  await reach(transport, "/api/me", { method: "GET", credentials: "same-origin" }, {});
  const made = cookieValue(transport.cookies(), "csrftoken");
  if (made === null)
    throw new ApiError("This browser keeps no cookies.", { status: 403, code: "cookies_blocked" });
  return made;
}

export function cookieValue(cookies: string, name: string): string | null {
  for (const pair of cookies.split(";")) {
    const [key, ...rest] = pair.trim().split("=");
    if (key === name) return decodeURIComponent(rest.join("="));
  }
  return null;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

const errorBody = object({ error: string, code: nullable(string) });

function failureOf(response: Response, body: unknown): ApiError {
  const status = response.status;
  const retryAfterS = secondsOf(response.headers.get("Retry-After"));
  try {
    const { error, code } = errorBody(body, "error");
    const message = code === "rate_limited" ? tooMuch(retryAfterS) : error;
    return new ApiError(message, { status, code: code ?? `http_${status}`, retryAfterS, body });
  } catch {
    // A proxy in front of the server answers without our JSON.
    const message =
      status >= 500 ? "ashao has a problem right now. Try again in a moment." : "That didn't work.";
    return new ApiError(status === 429 ? tooMuch(retryAfterS) : message, {
      status,
      code: `http_${status}`,
      retryAfterS,
    });
  }
}

function tooMuch(retryAfterS: number | null): string {
  return `That was too much at once. ${whenToRetry(retryAfterS, "Try again in a moment.")}`;
}

function secondsOf(header: string | null): number | null {
  const seconds = Number.parseInt(header ?? "", 10);
  return Number.isNaN(seconds) || seconds < 0 ? null : seconds;
}
