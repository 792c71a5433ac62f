import { SHIPPER_NAME, toLogstash } from "../../logging";
import type * as pulumi from "../../pulumi";
import { McpService } from "../mcpService";
import type { McpLoggingArgs } from "./args";
import { generated } from "./generated";
import { basicAuthorization, fromVariables } from "./headers";
import { known } from "./known";
import { LOGSTASH, type LogstashTarget, logstashService } from "./logstash";
import type { ShipperTarget } from "./shipper";

/** Logstash before an Elasticsearch, which takes what the shipper sends and nothing from anybody else. */
export function logstashGateway(
  { network, version, logstash }: McpLoggingArgs,
  target: Omit<LogstashTarget, "shipperPassword">,
  opts: pulumi.ComponentResourceOptions & { parent: pulumi.Resource },
): ShipperTarget {
  const shipperPassword = generated("log-shipper-password", opts.parent);
  const service = logstashService(version, known(logstash, "logstash") ?? {}, { ...target, shipperPassword });
  return {
    endpoint: toLogstash(LOGSTASH.url, fromVariables(["Authorization"])),
    secrets: basicAuthorization(SHIPPER_NAME, shipperPassword),
    gateway: new McpService(LOGSTASH.name, { network, ...service }, opts),
  };
}
