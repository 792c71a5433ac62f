import { type Properties, textOf } from "../values";
import { at } from "./object";

/** A refusal by the API server, in its own words. */
export class ApiError extends Error {
  override readonly name = "ApiError";

  constructor(
    message: string,
    readonly status: number,
    /** Such as `AlreadyExists`. */
    readonly reason: string,
    readonly details: Properties,
  ) {
    super(message);
  }

  /** Reads the `Status` object that a request was answered with. */
  static of(status: number, body: Properties): ApiError {
    const details = at(body, "details");
    const message = textOf(body.message) || `the server answered with status ${status}`;
    return new ApiError(message, status, textOf(body.reason), (details ?? {}) as Properties);
  }
}

/** The cluster has no such kind of object. */
export class NoMatchError extends Error {
  override readonly name = "NoMatchError";

  constructor(apiVersion: string, kind: string) {
    super(`no matches for kind "${kind}" in version "${apiVersion}"`);
  }
}

const isApiError = (error: unknown, status: number): error is ApiError =>
  error instanceof ApiError && error.status === status;

export const isNotFound = (error: unknown): boolean => isApiError(error, 404);
export const isForbidden = (error: unknown): boolean => isApiError(error, 403);
export const isConflict = (error: unknown): boolean => isApiError(error, 409) && error.reason === "Conflict";
export const isAlreadyExists = (error: unknown): boolean => isApiError(error, 409) && error.reason === "AlreadyExists";

/** The namespace that an object is to be made in does not exist. */
export const isNamespaceMissing = (error: unknown): boolean =>
  isApiError(error, 404) && error.details.kind === "namespaces";

/** A webhook of the cluster can't answer a request that is only tried out. */
export const isWithoutDryRun = (error: unknown): boolean =>
  isApiError(error, 400) && error.message.includes("does not support dry run");
