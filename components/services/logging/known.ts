import * as pulumi from "../../pulumi";
import { InvalidInputError } from "../../server";

/**
 * A value that decides which resources there are.
 * @throws InvalidInputError when it is an output of another resource, which a preview does not know
 */
export function known<T>(value: pulumi.Input<T> | undefined, path: string): T | undefined {
  if (!pulumi.Output.isInstance(value) && !(value instanceof Promise)) return value;
  throw new InvalidInputError([
    {
      path,
      message: "depends on another resource, but it decides which resources exist and must be known at preview",
      got: "an output",
      allowed: "a plain value",
      fix: "pass outputs in the fields below it",
    },
  ]);
}
