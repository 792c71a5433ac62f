import type { Integer } from "../integer";
import type * as pulumi from "../pulumi";

/** Arguments of McpService: a service that servers need, such as PostgreSQL or Qdrant. */
export interface McpServiceArgs {
  /** Image, with a pinned tag or a digest. */
  image: pulumi.Input<string>;
  /** Name of the Docker network to join; on it the service is reached by its own name. */
  network: pulumi.Input<string>;
  /** Command that replaces the image's own. No secrets: others can read them. Defaults to the image's. Required with `files`. */
  command?: pulumi.Input<pulumi.Input<string>[]>;
  /** Environment variables that are no secret. Defaults to none. */
  env?: pulumi.Input<{ [key: string]: pulumi.Input<string> }>;
  /** Environment variables whose values are secret. Defaults to none. @secret */
  secrets?: pulumi.Input<{ [key: string]: pulumi.Input<string> }>;
  /** Folder in the container whose data is kept on a volume, such as "/data". Defaults to none. */
  volume?: pulumi.Input<string>;
  /** Text files that the service reads in /tmp/mcp, by their names there. Its image needs a shell, and `command` then names the program, too. Defaults to none. */
  files?: pulumi.Input<{ [key: string]: pulumi.Input<string> }>;
  /** Folders in the container that are in memory, with their options, such as `"/run": "rw,noexec,nosuid,size=16m"`. Defaults to /tmp. */
  tmpfs?: pulumi.Input<{ [key: string]: pulumi.Input<string> }>;
  /** Folders in the container that are this machine's, read-only: their paths there. Defaults to none. */
  hostFolders?: pulumi.Input<{ [key: string]: pulumi.Input<string> }>;
  /** Port on 127.0.0.1 under which processes of this machine reach the service. Defaults to none: only the network reaches the service. */
  publish?: pulumi.Input<Integer>;
  /** Port in the container that `publish` leads to. Defaults to the same number. */
  internalPort?: pulumi.Input<Integer>;
  /** Command in the container that ends with 0 when the service can take work. Defaults to none: it counts as ready once it runs. */
  health?: pulumi.Input<pulumi.Input<string>[]>;
  /** Path on the published port that answers below 500 when the service can take work, in place of `health`, for an image without a shell. Defaults to none. */
  healthPath?: pulumi.Input<string>;
  /** Seconds that it may take to start. Defaults to 60. */
  startSeconds?: pulumi.Input<Integer>;
  /** User in the container, as "uid" or "uid:gid". Defaults to the image's own. */
  user?: pulumi.Input<string>;
  /** Linux capabilities that the image needs, such as "CHOWN". Defaults to none. */
  capabilities?: pulumi.Input<pulumi.Input<string>[]>;
  /** Whether the root file system can be written. Defaults to false: only /tmp and the volume can. */
  writable?: pulumi.Input<boolean>;
  /** Most memory, as a quantity. Defaults to "512Mi". */
  memoryLimit?: pulumi.Input<string>;
  /** Most CPU, in cores. Defaults to 0.5. */
  cpuLimit?: pulumi.Input<number>;
  /** Name of the container, unique on its Docker Engine. Defaults to "mcp-<stack>-<name>". */
  containerName?: pulumi.Input<string>;
}
