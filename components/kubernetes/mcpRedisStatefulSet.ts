import * as random from "@pulumi/random";
import * as pulumi from "../pulumi";
import { REDIS } from "../services/redis";
import { McpStatefulSet } from "./mcpStatefulSet";

/** Arguments of McpRedisStatefulSet. */
export interface McpRedisStatefulSetArgs {
  /** Namespace to deploy to, which has to exist. Defaults to that of the Kubernetes provider. */
  namespace?: pulumi.Input<string>;
  /** Whether objects carry the service's own name. Defaults to true; with false they carry one that is this stack's alone. */
  fixedNames?: pulumi.Input<boolean>;
  /** Image of Redis. Defaults to "redis:7-alpine". */
  image?: pulumi.Input<string>;
  /** Size of the volume, as a quantity. Defaults to "1Gi". A later change does not resize it. */
  volumeSize?: pulumi.Input<string>;
  /** Storage class of the volume. Defaults to the cluster's. */
  storageClass?: pulumi.Input<string>;
  /** Whether the data stays when Redis is destroyed. Defaults to true. */
  keepData?: pulumi.Input<boolean>;
  /** Most memory, as a quantity. Defaults to "512Mi". */
  memoryLimit?: pulumi.Input<string>;
  /** Secrets with the registry's credentials, which exist already in the namespace. Defaults to none. */
  imagePullSecrets?: pulumi.Input<pulumi.Input<string>[]>;
  /** Kubeconfig with which the rollout is watched; always a secret. Defaults to that of this machine. @secret */
  kubeconfig?: pulumi.Input<string>;
  /** Context of that kubeconfig. Defaults to its current one. */
  context?: pulumi.Input<string>;
}

/** Redis with a generated password and a volume for its data, which every write reaches within a second. */
export class McpRedisStatefulSet extends pulumi.ComponentResource {
  /** Where servers of the namespace find it, password included: "redis://:...@redis:6379". A secret, known once Redis is ready. @secret */
  readonly url: pulumi.Output<string>;

  constructor(name: string, args: McpRedisStatefulSetArgs = {}, opts?: pulumi.ComponentResourceOptions) {
    super("mcp:index:McpRedisStatefulSet", name, {}, opts);
    const password = redisPassword(name, this);
    // Not as the image's own user: its number is that of a system user, which a node may have for something else.
    const { command, health, port, volume, passwordVariable } = REDIS;
    const image = args.image ?? REDIS.image;
    const service = new McpStatefulSet(
      name,
      { ...args, image, command, health, port, volume, secrets: { [passwordVariable]: password.result } },
      { parent: this },
    );
    this.url = pulumi.secret(pulumi.interpolate`redis://:${password.result}@${service.host}:${port}`);
    this.registerOutputs();
  }
}

/** The password of a Redis: generated once, and kept in the stack's state. */
export const redisPassword = (name: string, parent: pulumi.Resource): random.RandomPassword =>
  new random.RandomPassword(`${name}-password`, { length: 32, special: false }, { parent });
