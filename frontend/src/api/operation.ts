/**
 * Calls as the server's description has them (./schema.ts): what goes into one and what comes back follows from its
 * method and path, and an answer is decoded before anybody sees it. The calls themselves are in ./operations.ts.
 */
import type { Decoded, Decoder, nothing } from "../lib/decode";
import type { Call, Request } from "./request";
import type { paths } from "./schema";

type Path = keyof paths;
type Verb = "GET" | "POST" | "PATCH" | "DELETE";
/** The methods that a path has. */
export type Method<P extends Path> = {
  [V in Verb]: paths[P][Lowercase<V>] extends object ? V : never;
}[Verb];
type Described<P extends Path, M extends Method<P>> = paths[P][Lowercase<M>];

type Json<T> = T extends { content: { "application/json": infer J } } ? J : never;
type Works = 200 | 201 | 204;
type Success<R> = {
  [S in keyof R & Works]: S extends 204 ? Decoded<typeof nothing> : Json<R[S]>;
}[keyof R & Works];
/** What a call answers when it works. */
export type Answer<P extends Path, M extends Method<P>> =
  Described<P, M> extends { responses: infer R } ? Success<R> : never;

export type Body<P extends Path, M extends Method<P>> =
  Described<P, M> extends { requestBody?: infer B } ? Json<B> : never;
type Parameters<P extends Path, M extends Method<P>, Where extends string> =
  Described<P, M> extends { parameters: { [W in Where]?: infer T } } ? T : never;

/** What may be left out may be null too. */
type Loose<T> = { [K in keyof T]: undefined extends T[K] ? T[K] | null : T[K] };
/** A part of the input: forbidden where the description has none, optional where nothing in it is needed. */
type Part<Name extends string, T> = [T] extends [undefined]
  ? { [N in Name]?: never }
  : Record<string, never> extends T
    ? { [N in Name]?: T }
    : { [N in Name]: T };

/** What goes into a call. */
export type Input<P extends Path, M extends Method<P>> = Part<"path", Parameters<P, M, "path">> &
  Part<"query", Loose<Parameters<P, M, "query">>> &
  Part<"headers", Parameters<P, M, "header">> &
  Part<"body", Body<P, M>>;

/** What isn't said by the description: how to make the call. */
type How = Pick<Call<unknown>, "bearer" | "timeoutMs" | "signal" | "keepalive">;

export interface Operation<P extends Path, M extends Method<P>> {
  readonly method: M;
  readonly path: P;
  readonly decode: Decoder<Answer<P, M>>;
}

export function operation<P extends Path, M extends Method<P>>(
  method: M,
  path: P,
  decode: Decoder<Answer<P, M>>,
): Operation<P, M> {
  return { method, path, decode };
}

/** The parts of any input. */
interface Parts extends How {
  path?: object;
  query?: object;
  headers?: object;
  body?: object;
}
type Arguments<P extends Path, M extends Method<P>> =
  Record<string, never> extends Input<P, M> ? [(Input<P, M> & Parts)?] : [Input<P, M> & Parts];

/** Makes a call. All reject with `ApiError`. */
export type MakeCall = <P extends Path, M extends Method<P>>(
  operation: Operation<P, M>,
  ...input: Arguments<P, M>
) => Promise<Answer<P, M>>;

export function createCall(request: Request): MakeCall {
  return ({ method, path, decode }, ...[input]) => {
    const { path: names, query, headers, ...rest }: Parts = input ?? {};
    return request({ method, path: fill(path, names, query), headers: texts(headers), decode, ...rest });
  };
}

/** Where a path of the description is, for a link. */
export function address<P extends Path>(path: P, ...[input]: Arguments<P, Method<P> & "GET">): string {
  const { path: names, query }: Parts = input ?? {};
  return fill(path, names, query);
}

/** The path with its parameters filled in, and `?a=b&c=d` of what isn't null. */
function fill(path: Path, names: object | undefined, query: object | undefined): string {
  const values = texts(names);
  const filled = path.replace(/\{(\w+)\}/g, (_all, name: string) => encodeURIComponent(values[name] ?? ""));
  const search = new URLSearchParams(texts(query)).toString();
  return search === "" ? filled : `${filled}?${search}`;
}

function texts(fields: object = {}): Record<string, string> {
  const given = Object.entries(fields).filter(([, value]) => value !== null && value !== undefined);
  return Object.fromEntries(given.map(([name, value]) => [name, String(value)]));
}
