import * as pulumi from "../../pulumi";

/** Variable of the shipper with the value of a header. */
export const headerVariable = (at: number): string => `SHIPPER_HEADER_${at}`;

/** Headers whose values are variables, in the syntax of the collector's config. */
export const fromVariables = (names: string[]): Record<string, string> =>
  Object.fromEntries(names.map((name, at) => [name, `\${env:${headerVariable(at)}}`]));

/** In the collector's config a dollar sign begins a variable; two are one. */
export const literal = (headers: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, value.replaceAll("$", "$$$$")]));

/** A header of HTTP that names a user by a password; the shipper's first variable. */
export const basicAuthorization = (
  username: pulumi.Input<string>,
  password: pulumi.Input<string>,
): pulumi.Output<{ [key: string]: string }> =>
  pulumi.secret(
    pulumi
      .all([username, password])
      .apply(([name, word]) => ({ [headerVariable(0)]: `Basic ${Buffer.from(`${name}:${word}`).toString("base64")}` })),
  );
