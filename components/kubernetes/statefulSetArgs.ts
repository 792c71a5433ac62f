import type { Integer } from "../integer";
import type * as pulumi from "../pulumi";
import type { EgressArgs, PeerArgs } from "./args";

/** Arguments of McpStatefulSet: a service that servers need, such as PostgreSQL or Qdrant. */
export interface McpStatefulSetArgs {
  /** Image, with a pinned tag or a digest. */
  image: pulumi.Input<string>;
  /** TCP port on which it is reached. */
  port: pulumi.Input<Integer>;
  /** Namespace to deploy to, which has to exist. Defaults to that of the Kubernetes provider. */
  namespace?: pulumi.Input<string>;
  /** Whether objects carry the service's own name. Defaults to true; with false they carry one that is this stack's alone. */
  fixedNames?: pulumi.Input<boolean>;
  /** Command that replaces the image's own. Defaults to the image's. */
  command?: pulumi.Input<pulumi.Input<string>[]>;
  /** Environment variables that are no secret. Defaults to none. */
  env?: pulumi.Input<{ [key: string]: pulumi.Input<string> }>;
  /** Environment variables whose values are secret. Defaults to none. @secret */
  secrets?: pulumi.Input<{ [key: string]: pulumi.Input<string> }>;
  /** Text files that the service reads in /etc/mcp, by their names there. A change replaces the pod. Defaults to none. */
  files?: pulumi.Input<{ [key: string]: pulumi.Input<string> }>;
  /** Files beside them whose texts are secret. Defaults to none. @secret */
  secretFiles?: pulumi.Input<{ [key: string]: pulumi.Input<string> }>;
  /** Folder in the container whose data is kept on a volume, such as "/data". Defaults to none. */
  volume?: pulumi.Input<string>;
  /** Size of that volume, as a quantity. Defaults to "1Gi". A later change does not resize it. */
  volumeSize?: pulumi.Input<string>;
  /** Storage class of that volume. Defaults to the cluster's. */
  storageClass?: pulumi.Input<string>;
  /** Whether the data stays when the service is destroyed. Defaults to true. With false it also goes when the service has to be replaced. */
  keepData?: pulumi.Input<boolean>;
  /** Command in the container that ends with 0 when the service can take work. Defaults to a TCP connect to `port`. */
  health?: pulumi.Input<pulumi.Input<string>[]>;
  /** HTTP path on `port` that answers with success when the service can take work, in place of a command. Defaults to none. */
  readinessPath?: pulumi.Input<string>;
  /** Pods that may reach it; with an empty list none. Defaults to the stack's servers. */
  ingress?: pulumi.Input<pulumi.Input<PeerArgs>[]>;
  /** What it may connect to, besides DNS: by `cidr`, or by `namespace` and `podLabels`. Defaults to nothing. */
  egress?: pulumi.Input<pulumi.Input<EgressArgs>[]>;
  /** Numeric user that it runs as. Defaults to 10001. */
  user?: pulumi.Input<Integer>;
  /** Numeric group that it runs as; its volume belongs to that of `user`. Defaults to the same number as `user`. */
  group?: pulumi.Input<Integer>;
  /** Further folders that it can write to, and the most that each holds, as a quantity: "/tmp" among them in place of its 64Mi. What they hold counts as `memoryLimit` does not, and is lost with the pod. Defaults to none. */
  scratch?: { [folder: string]: string };
  /** Seconds that it may take to start. Defaults to 120. */
  startSeconds?: pulumi.Input<Integer>;
  /** Whether the root file system can be written. Defaults to false: only /tmp and the volume can. */
  writable?: pulumi.Input<boolean>;
  /** Most memory, as a quantity. Defaults to "512Mi". */
  memoryLimit?: pulumi.Input<string>;
  /** Most CPU, in cores. Defaults to 0.5. */
  cpuLimit?: pulumi.Input<number>;
  /** Secrets with the registry's credentials, which exist already in the namespace. Defaults to none. */
  imagePullSecrets?: pulumi.Input<pulumi.Input<string>[]>;
  /** Kubeconfig with which the rollout is watched; always a secret. Defaults to that of this machine. @secret */
  kubeconfig?: pulumi.Input<string>;
  /** Context of that kubeconfig. Defaults to its current one. */
  context?: pulumi.Input<string>;
}
