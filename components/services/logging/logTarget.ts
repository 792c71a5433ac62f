import type * as pulumi from "../../pulumi";
import type { LogStackArgs } from "./args";
import { type ElasticStack, elasticStack } from "./elasticStack";
import { existing } from "./existing";
import { known } from "./known";
import type { LogPlatform } from "./platform";
import type { ShipperTarget } from "./shipper";

/** What takes the logs: an Elastic stack of the stack's own, or what is there already. */
export function logTarget(
  platform: LogPlatform,
  args: LogStackArgs,
  parent: pulumi.Resource,
): { target: ShipperTarget; own?: ElasticStack } {
  const destination = known(args.destination, "destination");
  if (destination) return { target: existing(platform, args, destination, parent) };
  const own = elasticStack(platform, args, parent);
  return { target: own.target, own };
}
