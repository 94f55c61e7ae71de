/**
 * Checks what comes from outside, field by field, so that a type is something we saw and not something
 * we hoped for. Fields we don't know are ignored: the server may grow.
 */
export type Decoder<T> = (value: unknown, path: string) => T;
export type Decoded<D> = D extends Decoder<infer T> ? T : never;

export class DecodeError extends Error {
  constructor(path: string, expected: string) {
    super(`${path} is not ${expected}`);
    this.name = "DecodeError";
  }
}

export const string: Decoder<string> = (value, path) => {
  if (typeof value !== "string") throw new DecodeError(path, "a string");
  return value;
};

export const number: Decoder<number> = (value, path) => {
  if (typeof value !== "number" || !Number.isFinite(value)) throw new DecodeError(path, "a number");
  return value;
};

export const integer: Decoder<number> = (value, path) => {
  if (!Number.isSafeInteger(value)) throw new DecodeError(path, "an integer");
  return number(value, path);
};

export const boolean: Decoder<boolean> = (value, path) => {
  if (typeof value !== "boolean") throw new DecodeError(path, "true or false");
  return value;
};

/** A decimal string of the smallest unit: no number of JavaScript could hold it exactly. */
export const wei: Decoder<bigint> = (value, path) => {
  const digits = string(value, path);
  if (!/^-?\d{1,78}$/.test(digits)) throw new DecodeError(path, "an amount in wei");
  return BigInt(digits);
};

/** Where one of several shapes has nothing. */
export const none: Decoder<null> = (value, path) => {
  if (value !== null && value !== undefined) throw new DecodeError(path, "null");
  return null;
};

/** For answers whose body says nothing. */
export const nothing: Decoder<void> = () => undefined;

/** Missing counts as `null`. */
export function nullable<T>(inner: Decoder<T>): Decoder<T | null> {
  return (value, path) => (value === null || value === undefined ? null : inner(value, path));
}

/** For what an older server doesn't say yet: missing or `null` counts as `value`. */
export function fallback<T>(inner: Decoder<T>, value: T): Decoder<T> {
  return (said, path) => (said === null || said === undefined ? value : inner(said, path));
}

export function oneOf<const T extends string | number>(...options: readonly T[]): Decoder<T> {
  return (value, path) => {
    const found = options.find((option) => option === value);
    if (found === undefined) throw new DecodeError(path, `one of ${options.join(", ")}`);
    return found;
  };
}

export function list<T>(item: Decoder<T>): Decoder<T[]> {
  return (value, path) => {
    if (!Array.isArray(value)) throw new DecodeError(path, "a list");
    return value.map((entry: unknown, index) => item(entry, `${path}[${index}]`));
  };
}

/** The first of two that fits. */
export function either<A, B>(first: Decoder<A>, second: Decoder<B>): Decoder<A | B> {
  return (value, path) => {
    try {
      return first(value, path);
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      return second(value, path);
    }
  };
}

type Fields = Readonly<Record<string, Decoder<unknown>>>;
type Shape<F extends Fields> = { [K in keyof F]: Decoded<F[K]> };

export function object<F extends Fields>(fields: F): Decoder<Shape<F>> {
  return (value, path) => {
    if (!isRecord(value)) throw new DecodeError(path, "an object");
    const entries = Object.entries(fields).map(([key, decode]) => [
      key,
      decode(value[key], `${path}.${key}`),
    ]);
    return Object.fromEntries(entries) as Shape<F>;
  };
}

/** One of several objects, told apart by their `type`. */
export function variants<V extends Readonly<Record<string, Decoder<object>>>>(
  options: V,
): Decoder<{ [K in keyof V]: { type: K } & Decoded<V[K]> }[keyof V]> {
  return (value, path) => {
    const type = isRecord(value) ? string(value.type, `${path}.type`) : "";
    const decode = Object.hasOwn(options, type) ? options[type] : undefined;
    if (decode === undefined)
      throw new DecodeError(`${path}.type`, `one of ${Object.keys(options).join(", ")}`);
    return { ...decode(value, path), type } as { [K in keyof V]: { type: K } & Decoded<V[K]> }[keyof V];
  };
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
