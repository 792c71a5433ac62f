import * as random from "@pulumi/random";
import type { Integer } from "../integer";
import * as pulumi from "../pulumi";
import { REDIS } from "../services/redis";
import { LOOPBACK } from "./containerInputs";
import { McpService } from "./mcpService";

/** Arguments of McpRedis. */
export interface McpRedisArgs {
  /** Name of the Docker network to join; on it Redis is reached by its own name. */
  network: pulumi.Input<string>;
  /** Image of Redis. Defaults to "redis:7-alpine". */
  image?: pulumi.Input<string>;
  /** Port on 127.0.0.1 under which processes of this machine reach it. Defaults to none: only the network does. */
  publish?: pulumi.Input<Integer>;
  /** Name of the container, unique on its Docker Engine. Defaults to "mcp-<stack>-<name>". */
  containerName?: pulumi.Input<string>;
}

/** Redis with a generated password and a volume for its data, which every write reaches within a second. */
export class McpRedis extends pulumi.ComponentResource {
  /** Where servers find it, password included: "redis://:...@redis:6379". A secret, known once Redis is ready. @secret */
  readonly url: pulumi.Output<string>;

  /** Where processes of this machine find it, password included: "redis://:...@127.0.0.1:6379". A secret. It leads there only with `publish`. @secret */
  readonly hostUrl: pulumi.Output<string>;

  constructor(name: string, args: McpRedisArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mcp:index:McpRedis", name, {}, opts);
    const password = new random.RandomPassword(`${name}-password`, { length: 32, special: false }, { parent: this });
    const { publish, ...settings } = args;
    const service = new McpService(
      name,
      {
        ...settings,
        ...(publish !== undefined && { publish, internalPort: REDIS.port }),
        image: args.image ?? REDIS.image,
        command: REDIS.command,
        secrets: { [REDIS.passwordVariable]: password.result },
        volume: REDIS.volume,
        health: REDIS.health,
        user: String(REDIS.user),
      },
      { parent: this },
    );
    this.url = pulumi.secret(pulumi.interpolate`redis://:${password.result}@${service.host}:${REDIS.port}`);
    const ready = pulumi.all([service.host, publish ?? REDIS.port]);
    this.hostUrl = pulumi.secret(
      pulumi.interpolate`redis://:${password.result}@${LOOPBACK}:${ready.apply(([, port]) => port)}`,
    );
    this.registerOutputs();
  }
}
