import { type Decoder, nullable, object, string } from "../lib/decode";

const TIMEOUT_MS = 20_000;

/** Any call that didn't work. `status` 0 means that no answer came. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly retryAfterS: number | null;

  constructor(message: string, { status, code, retryAfterS = null }: ApiFailure) {
    super(message);
    this.name = "ApiError";
    this.status = status;
    this.code = code;
    this.retryAfterS = retryAfterS;
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
}

export interface Call<T> {
  method: "GET" | "POST" | "PATCH" | "DELETE";
  path: string;
  decode: Decoder<T>;
  body?: object;
  headers?: Readonly<Record<string, string>>;
}

export type Request = <T>(call: Call<T>) => Promise<T>;

/** What a call needs of the browser. */
export interface Transport {
  fetch: (url: string, init: RequestInit) => Promise<Response>;
  cookies: () => string;
}

/** Makes the one function through which every call to the server goes. */
export function createRequest(transport: Transport): Request {
  return async (call) => {
    const response = await exchange(transport, call);
    const body = await readJson(response);
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

async function exchange(transport: Transport, call: Call<unknown>): Promise<Response> {
  const headers: Record<string, string> = { Accept: "application/json", ...call.headers };
  if (call.body !== undefined) headers["Content-Type"] = "application/json";
  if (call.method !== "GET") headers["X-CSRFToken"] = await csrfToken(transport);
  const body = call.body === undefined ? null : JSON.stringify(call.body);
  return reach(transport, call.path, { method: call.method, headers, body });
}

async function reach(transport: Transport, path: string, init: RequestInit): Promise<Response> {
  try {
    return await transport.fetch(path, {
      ...init,
      credentials: "same-origin",
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
  } catch {
    throw new ApiError("ashao can't be reached. Check your connection.", { status: 0, code: "unreachable" });
  }
}

/** Reads the cookie anew each time, since signing in changes it; asks for one if it was cleared. */
async function csrfToken(transport: Transport): Promise<string> {
  const present = cookieValue(transport.cookies(), "csrftoken");
  if (present !== null) return present;
  await reach(transport, "/api/me", { method: "GET" });
  return cookieValue(transport.cookies(), "csrftoken") ?? "";
}

export function cookieValue(cookies: string, name: string): string | null {
  for (const pair of cookies.split(";")) {
    const [key, ...rest] = pair.trim().split("=");
    if (key === name) return decodeURIComponent(rest.join("="));
  }
  return null;
}

async function readJson(response: Response): Promise<unknown> {
  try {
    return await response.json();
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
    return new ApiError(error, { status, code: code ?? `http_${status}`, retryAfterS });
  } catch {
    // A proxy in front of the server answers without our JSON.
    const message =
      status >= 500 ? "ashao has a problem right now. Try again in a moment." : "That didn't work.";
    return new ApiError(message, { status, code: `http_${status}`, retryAfterS });
  }
}

function secondsOf(header: string | null): number | null {
  const seconds = Number.parseInt(header ?? "", 10);
  return Number.isNaN(seconds) || seconds < 0 ? null : seconds;
}
