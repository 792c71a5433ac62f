import * as kubernetes from "@pulumi/kubernetes";
import { enterClients } from "../clients/entries";
import { McpImage } from "../image";
import * as pulumi from "../pulumi";
import { type DeployedServer, type ImageSettings, plainSettings, resolve, Target } from "../server";
import { reportAdvice } from "../server/diagnostics";
import type { McpDeploymentArgs } from "./args";
import { metadata, NO_WAIT, type Placement } from "./metadata";
import { resolveDeployment } from "./resolveDeployment";
import { Rollout, rolloutOf } from "./rollout";
import { createSafeguards } from "./safeguards";
import { serviceSpec } from "./service";
import { shapingArgs } from "./settings";
import { deploymentWarnings } from "./validate";
import { expose } from "./wayIn";
import { createWorkload } from "./workload";

/**
 * An MCP server in Kubernetes: image built and pushed, a hardened Deployment behind a Service, network rules both ways,
 * rolled out without a lost request and checked by a real MCP handshake.
 */
export class McpDeployment extends pulumi.ComponentResource {
  /** How clients reach it: always "http". */
  readonly transport: pulumi.Output<string>;
  /** URL of the MCP endpoint: the public one, else the one inside the cluster. */
  readonly url: pulumi.Output<string>;
  /** URL of the MCP endpoint inside the cluster. */
  readonly clusterUrl: pulumi.Output<string>;
  /** What is deployed: the image's digest. */
  readonly image: pulumi.Output<string>;
  /** Name of the Deployment. */
  readonly deployment: pulumi.Output<string>;
  /** Names of the server's tools, sorted. */
  readonly tools: pulumi.Output<string[]>;
  /** SHA-256 over the names, descriptions and schemas of the tools: it changes when what clients see changes. */
  readonly toolsDigest: pulumi.Output<string>;

  constructor(name: string, args: McpDeploymentArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mcp:index:McpDeployment", name, {}, opts);
    const shaping = shapingArgs(args);
    const { clients = [], ...settings } = plainSettings(shaping);
    const server = resolve(name, settings);
    const deployment = resolveDeployment(server, settings, args.registry !== undefined);
    reportAdvice(server, Target.Kubernetes, this, deployment.replicas);

    const place = { name, namespace: args.namespace, fixedNames: deployment.fixedNames, component: "mcp-server" };
    for (const warning of deploymentWarnings(server, deployment)) void pulumi.log.warn(warning, this);
    const image = pinned(server, settings.image) ?? new McpImage(name, shaping, { parent: this }).reference;
    const service = this.service(server, place);
    const workload = createWorkload(this, server, deployment, place, { image, service }, args);
    createSafeguards(this, server, deployment, place, workload);
    if (deployment.exposure) expose(this, server, deployment.exposure, place, service);
    const rollout = new Rollout(
      `${name}-rollout`,
      {
        ...rolloutOf(workload, { ...args, server: name }),
        kind: "Deployment",
        timeoutSeconds: deployment.rolloutTimeoutSeconds,
        port: server.port,
        path: server.path,
      },
      { parent: this },
    );

    this.transport = pulumi.output("http");
    this.clusterUrl = pulumi.interpolate`http://${service.metadata.name}.${service.metadata.namespace}.svc${server.path}`;
    this.url = deployment.exposure ? pulumi.output(deployment.exposure.publicUrl) : this.clusterUrl;
    this.image = image;
    this.deployment = workload.metadata.name;
    this.tools = rollout.tools;
    this.toolsDigest = rollout.toolsDigest;
    enterClients(name, { url: this.url }, clients, args.secrets, { parent: this, dependsOn: rollout });
    const { transport, url, clusterUrl, tools, toolsDigest } = this;
    this.registerOutputs({ transport, url, clusterUrl, image, deployment: workload.metadata.name, tools, toolsDigest });
  }

  private service(server: DeployedServer, place: Placement): kubernetes.core.v1.Service {
    return new kubernetes.core.v1.Service(
      `${server.name}-service`,
      { metadata: metadata(place, { annotations: NO_WAIT }), spec: serviceSpec(server) },
      { parent: this },
    );
  }
}

/** A digest that was given needs no Docker Engine: the nodes pull it. One that is to be scanned has to be here first. */
function pinned({ imageReference }: DeployedServer, image: ImageSettings = {}): pulumi.Output<string> | undefined {
  return imageReference?.includes("@") && !image.scan ? pulumi.output(imageReference) : undefined;
}
