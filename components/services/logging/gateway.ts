import { SHIPPER_NAME, toLogstash } from "../../logging";
import type * as pulumi from "../../pulumi";
import type { LogStackArgs } from "./args";
import { generated } from "./generated";
import { basicAuthorization, fromVariables } from "./headers";
import { known } from "./known";
import { type LogstashTarget, logstashService } from "./logstash";
import type { LogPlatform, LogServiceOptions } from "./platform";
import type { ShipperTarget } from "./shipper";

/** What the shipper names itself by. */
export const shipperPassword = (parent: pulumi.Resource): pulumi.Output<string> =>
  generated("log-shipper-password", parent);

/** Logstash before an Elasticsearch, which takes what the shipper sends and nothing from anybody else. */
export function logstashGateway(
  platform: LogPlatform,
  { version, logstash }: LogStackArgs,
  target: Omit<LogstashTarget, "shipperPassword">,
  opts: LogServiceOptions,
): ShipperTarget {
  const password = shipperPassword(opts.parent);
  const settings = known(logstash, "logstash") ?? {};
  const { resource, url } = platform.run(
    logstashService(platform.filesFolder, version, settings, { ...target, shipperPassword: password }),
    opts,
  );
  return {
    endpoint: url.apply((url) => toLogstash(url, fromVariables(["Authorization"]))),
    secrets: basicAuthorization(SHIPPER_NAME, password),
    gateway: resource,
  };
}
