import { ApiError } from "./request";

/** It may work in a moment, and may have worked without us hearing of it. */
export function isTransient(error: unknown): boolean {
  return error instanceof ApiError && error.transient;
}

export function hasStatus(error: unknown, ...statuses: number[]): boolean {
  return error instanceof ApiError && statuses.includes(error.status);
}

/** Not there, or not for who is here now. */
export function isMissing(error: unknown): boolean {
  return hasStatus(error, 401, 403, 404);
}
