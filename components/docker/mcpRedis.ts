import * as random from "@pulumi/random";
import * as pulumi from "../pulumi";
import { LOOPBACK } from "./containerInputs";
import { McpService } from "./mcpService";

/** Arguments of McpRedis. */
export interface McpRedisArgs {
  /** Name of the Docker network to join; on it Redis is reached by its own name. */
  network: pulumi.Input<string>;
  /** Image of Redis. Defaults to "redis:7-alpine". */
  image?: pulumi.Input<string>;
  /** Port on 127.0.0.1 under which processes of this machine reach it. Defaults to none: only the network does. */
  publish?: pulumi.Input<number>;
  /** Name of the container, unique on its Docker Engine. Defaults to "mcp-<stack>-<name>". */
  containerName?: pulumi.Input<string>;
}

/** Redis with a generated password and a volume for its data, which every write reaches within a second. */
export class McpRedis extends pulumi.ComponentResource {
  /** Where servers find it, password included: "redis://:...@redis:6379". A secret, known once Redis is ready. */
  readonly url: pulumi.Output<string>;

  /** Where processes of this machine find it, password included: "redis://:...@127.0.0.1:6379". A secret. It leads there only with `publish`. */
  readonly hostUrl: pulumi.Output<string>;

  constructor(name: string, args: McpRedisArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mcp:index:McpRedis", name, {}, opts);
    const password = new random.RandomPassword(`${name}-password`, { length: 32, special: false }, { parent: this });
    const { publish, ...settings } = args;
    const service = new McpService(
      name,
      {
        ...settings,
        ...(publish !== undefined && { publish, internalPort: PORT }),
        image: args.image ?? "redis:7-alpine",
        // Through a file that only this container sees: an argument could be read by everybody on the machine.
        command: ["sh", "-c", START],
        secrets: { REDIS_PASSWORD: password.result },
        volume: "/data",
        health: ["sh", "-c", 'REDISCLI_AUTH="$REDIS_PASSWORD" redis-cli ping | grep -q PONG'],
        user: "999",
      },
      { parent: this },
    );
    this.url = pulumi.secret(pulumi.interpolate`redis://:${password.result}@${service.host}:${PORT}`);
    const ready = pulumi.all([service.host, publish ?? PORT]);
    this.hostUrl = pulumi.secret(
      pulumi.interpolate`redis://:${password.result}@${LOOPBACK}:${ready.apply(([, port]) => port)}`,
    );
    this.registerOutputs();
  }
}

const PORT = 6379;

const START =
  'umask 077; printf "requirepass %s\\nappendonly yes\\ndir /data\\n" "$REDIS_PASSWORD" > /tmp/redis.conf; exec redis-server /tmp/redis.conf';
