import * as docker from "@pulumi/docker";
import * as pulumi from "../pulumi";
import { secretValues } from "../server/secretValues";
import { pinnedImage } from "../services/pinnedImage";
import { CONTAINER_OPTIONS, KEEP_DATA, LOOPBACK, PIDS_LIMIT } from "./containerInputs";
import { ContainerReady } from "./containerReady";
import type { McpServiceArgs } from "./serviceArgs";
import { serviceInputs } from "./serviceInputs";

/** A service beside the servers, as a hardened container. Its data outlives the container, the stack and every change of either. */
export class McpService extends pulumi.ComponentResource {
  /** Name under which the network reaches the service. */
  readonly host: pulumi.Output<string>;

  /** Id of the container, once it is ready. */
  readonly containerId: pulumi.Output<string>;

  constructor(name: string, args: McpServiceArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mcp:index:McpService", name, {}, opts);
    const containerName = args.containerName ?? `mcp-${pulumi.getStack()}-${name}`;
    const data =
      args.volume === undefined
        ? undefined
        : new docker.Volume(
            `${name}-data`,
            { name: pulumi.interpolate`${containerName}-data` },
            { parent: this, ...KEEP_DATA },
          );
    // An image by its id: a tag may move, and the provider would replace the container at every run.
    const image = new docker.RemoteImage(
      `${name}-image`,
      { name: pinnedImage(args.image), keepLocally: true },
      { parent: this },
    );
    const container = new docker.Container(
      `${name}-container`,
      serviceInputs(name, args, { containerName, image: image.imageId, volume: data?.name }),
      { parent: this, ...CONTAINER_OPTIONS },
    );
    const ready = new ContainerReady(
      `${name}-ready`,
      {
        server: name,
        container: container.id,
        pidsLimit: PIDS_LIMIT,
        ...readiness(args),
        timeoutSeconds: args.startSeconds ?? 60,
        secrets: secretValues(args.secrets),
      },
      { parent: this },
    );
    // Known only once the service is ready: whoever uses the host waits for it.
    this.host = ready.containerId.apply(() => name);
    this.containerId = ready.containerId;
    this.registerOutputs();
  }
}

/** By what a service is known to be ready. */
const readiness = ({ health = ["true"], healthPath, publish = 0 }: McpServiceArgs) =>
  healthPath === undefined
    ? { command: pulumi.output(health) }
    : { url: pulumi.interpolate`http://${LOOPBACK}:${publish}${healthPath}` };
