import * as pulumi from "../pulumi";
import type { McpServerArgs } from "./args";

/** Values that are masked in what is told of a server. */
export const secretValues = (secrets: McpServerArgs["secrets"]): pulumi.Output<string[]> | undefined =>
  secrets && pulumi.secret(pulumi.output(secrets).apply((values) => Object.values(values)));
