import type { Integer } from "../integer";
import { McpResource } from "../mcpResource";

import * as pulumi from "../pulumi";

/** Arguments of McpCheck. Either `url` or `command` says where the server is. */
export interface McpCheckArgs {
  /** Name of the server, for messages. */
  server: pulumi.Input<string>;
  /** URL of the MCP endpoint of an HTTP server. */
  url?: pulumi.Input<string>;
  /** Command that starts a stdio server. */
  command?: pulumi.Input<string>;
  /** Arguments of that command. Defaults to none. */
  args?: pulumi.Input<pulumi.Input<string>[]>;
  /** Environment variables of that command. Defaults to none. */
  env?: pulumi.Input<{ [key: string]: pulumi.Input<string> }>;
  /** Secrets that the server knows: environment variables of that command, and masked in messages. Defaults to none. @secret */
  secrets?: pulumi.Input<{ [key: string]: pulumi.Input<string> }>;
  /** Log file on this machine whose last lines belong into the error. Defaults to none. */
  logFile?: pulumi.Input<string>;
  /** Seconds that the server may take to answer. Defaults to 40. */
  timeoutSeconds?: pulumi.Input<Integer>;
  /** The check runs again when one of these changes: the digest of an image, the release of an installation. Defaults to none. */
  triggers?: pulumi.Input<pulumi.Input<string>[]>;
}

/**
 * A real MCP handshake with a deployed server: `server/discover`, else `initialize`; then `tools/list`. A server that
 * does not answer fails the deployment with its last log lines. It runs again only when its inputs changed.
 */
export class McpCheck extends McpResource {
  /** Name that the server gives itself. */
  declare readonly serverName: pulumi.Output<string>;
  /** Version that the server gives itself. */
  declare readonly serverVersion: pulumi.Output<string>;
  /** Revision of the protocol that was agreed on, such as "2026-07-28". */
  declare readonly protocolVersion: pulumi.Output<string>;
  /** Names of the server's tools, sorted. */
  declare readonly tools: pulumi.Output<string[]>;
  /** SHA-256 over the names, descriptions and schemas of the tools. */
  declare readonly toolsDigest: pulumi.Output<string>;

  constructor(name: string, args: McpCheckArgs, opts?: pulumi.CustomResourceOptions) {
    const outputs = {
      serverName: undefined,
      serverVersion: undefined,
      protocolVersion: undefined,
      tools: undefined,
      toolsDigest: undefined,
    };
    super(
      "McpCheck",
      name,
      { timeoutSeconds: 40, triggers: [], ...args, secrets: pulumi.secret(args.secrets ?? {}), ...outputs },
      opts,
    );
  }
}
