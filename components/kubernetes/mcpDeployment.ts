import * as kubernetes from "@pulumi/kubernetes";
import { enterClients } from "../clients/entries";
import { McpImage } from "../image";
import * as pulumi from "../pulumi";
import { type DeployedServer, plainSettings, type RegistryArgs, resolve, Target } from "../server";
import { reportAdvice } from "../server/diagnostics";
import type { McpDeploymentArgs } from "./args";
import { autoscalerSpec } from "./autoscaler";
import { deploymentSpec } from "./deployment";
import { environment } from "./environment";
import { httpRouteSpec, ingressAnnotations, ingressSpec } from "./exposure";
import { labels, selectorLabels } from "./labels";
import { metadata, NO_WAIT, type Placement, WATCHED } from "./metadata";
import { ciliumHostRules, networkPolicySpec } from "./networkPolicy";
import { podTemplate } from "./pod";
import { Rollout, templateDigest } from "./rollout";
import { CHECKSUM, checksum, dockerConfig, withValues } from "./secret";
import { SERVICE_PORT, serviceSpec } from "./service";
import { type ResolvedDeployment, resolveDeployment, serverArgsOf } from "./settings";

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
  /** What to paste into the configuration of each MCP client, by client: JSON, for Codex TOML. Secrets stand in it as placeholders. */
  readonly clients: pulumi.Output<{ [key: string]: string }>;

  constructor(name: string, args: McpDeploymentArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mcp:index:McpDeployment", name, {}, opts);
    const serverArgs = serverArgsOf(args);
    const { clients = [], ...settings } = plainSettings(serverArgs);
    const server = resolve(name, settings);
    const deployment = resolveDeployment(server, args);
    reportAdvice(server, Target.Kubernetes, this, deployment.replicas);

    const place = { name, namespace: args.namespace, fixedNames: deployment.fixedNames, component: "mcp-server" };
    const image = new McpImage(name, serverArgs, { parent: this }).reference;
    const service = this.service(server, place);
    const workload = this.workload(server, deployment, place, { image, service }, args);
    this.surroundings(server, deployment, place, workload);
    if (deployment.exposure) this.expose(server, deployment.exposure, place, service);
    const rollout = new Rollout(
      `${name}-rollout`,
      {
        server: name,
        kind: "Deployment",
        namespace: workload.metadata.namespace,
        object: workload.metadata.name,
        template: templateDigest(workload.spec.template),
        timeoutSeconds: deployment.rolloutTimeoutSeconds,
        port: server.port,
        path: server.path,
        secrets: pulumi.secret(pulumi.output(args.secrets ?? {}).apply((values) => Object.values(values))),
        ...(args.kubeconfig !== undefined && { kubeconfig: pulumi.secret(args.kubeconfig) }),
        ...(args.context !== undefined && { context: args.context }),
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
    const endpoint = { url: this.url };
    this.clients = enterClients(name, endpoint, clients, args.secrets, { parent: this, dependsOn: rollout });
    this.registerOutputs();
  }

  private service(server: DeployedServer, place: Placement): kubernetes.core.v1.Service {
    return new kubernetes.core.v1.Service(
      `${server.name}-service`,
      { metadata: metadata(place, { annotations: NO_WAIT }), spec: serviceSpec(server) },
      { parent: this },
    );
  }

  /** The Deployment, with the account that its pods run as and the secrets that they are given. */
  private workload(
    server: DeployedServer,
    deployment: ResolvedDeployment,
    place: Placement,
    { image, service }: { image: pulumi.Output<string>; service: kubernetes.core.v1.Service },
    args: McpDeploymentArgs,
  ): kubernetes.apps.v1.Deployment {
    const { name } = server;
    const account = new kubernetes.core.v1.ServiceAccount(
      `${name}-account`,
      { metadata: metadata(place), automountServiceAccountToken: false },
      { parent: this },
    );
    // A name of its own for every content: pods of an older rollout keep theirs until they have ended.
    const secrets = withValues(args.secrets);
    const secret =
      secrets &&
      new kubernetes.core.v1.Secret(
        `${name}-secrets`,
        { metadata: metadata({ ...place, fixedNames: false }), stringData: pulumi.secret(secrets) },
        { parent: this },
      );
    const env = environment(server, deployment, {
      ...args,
      secretName: secret?.metadata.name,
      service: service.metadata,
    });
    const template = podTemplate(server, deployment, {
      image,
      env,
      serviceAccount: account.metadata.name,
      imagePullSecrets: this.pullSecrets(deployment, place, args),
      annotations: secrets ? { [CHECKSUM]: checksum(name, secrets) } : {},
      labels: labels(name, place.component),
    });
    return new kubernetes.apps.v1.Deployment(
      `${name}-deployment`,
      { metadata: metadata(place, { annotations: WATCHED }), spec: deploymentSpec(name, deployment, template) },
      { parent: this },
    );
  }

  /** Secrets with which the image is pulled: those that were named, else one with the registry's own password. */
  private pullSecrets(
    { imagePullSecrets }: ResolvedDeployment,
    place: Placement,
    { registry }: McpDeploymentArgs,
  ): pulumi.Input<string>[] {
    if (imagePullSecrets.length > 0 || !hasPassword(registry)) return imagePullSecrets;
    const secret = new kubernetes.core.v1.Secret(
      `${place.name}-registry`,
      {
        metadata: metadata({ ...place, fixedNames: false }),
        type: "kubernetes.io/dockerconfigjson",
        stringData: { ".dockerconfigjson": dockerConfig(registry) },
      },
      { parent: this },
    );
    return [secret.metadata.name];
  }

  /** What protects the pods and says how many there are. */
  private surroundings(
    { name, port, metricsPort }: DeployedServer,
    deployment: ResolvedDeployment,
    place: Placement,
    workload: kubernetes.apps.v1.Deployment,
  ): void {
    const { autoscaling, replicas, networkRules } = deployment;
    if (networkRules !== "none") {
      new kubernetes.networking.v1.NetworkPolicy(
        `${name}-network`,
        { metadata: metadata(place), spec: networkPolicySpec({ name, port, metricsPort }, deployment) },
        { parent: this },
      );
    }
    const hostRules = networkRules === "cilium" ? ciliumHostRules(name, deployment) : undefined;
    if (hostRules) {
      new kubernetes.apiextensions.CustomResource(
        `${name}-hosts`,
        { apiVersion: "cilium.io/v2", kind: "CiliumNetworkPolicy", metadata: metadata(place), spec: hostRules },
        { parent: this },
      );
    }
    if (autoscaling) {
      new kubernetes.autoscaling.v2.HorizontalPodAutoscaler(
        `${name}-autoscaler`,
        { metadata: metadata(place), spec: autoscalerSpec(workload.metadata.name, replicas, autoscaling) },
        { parent: this },
      );
    }
    // With one replica a budget would forbid every drain of its node.
    if (replicas > 1) {
      new kubernetes.policy.v1.PodDisruptionBudget(
        `${name}-disruption`,
        { metadata: metadata(place), spec: { maxUnavailable: 1, selector: { matchLabels: selectorLabels(name) } } },
        { parent: this },
      );
    }
  }

  /** The way in from outside the cluster. */
  private expose(
    server: DeployedServer,
    exposure: NonNullable<ResolvedDeployment["exposure"]>,
    place: Placement,
    service: kubernetes.core.v1.Service,
  ): void {
    const backend = { service: service.metadata.name, port: SERVICE_PORT };
    if (exposure.kind === "gateway") {
      new kubernetes.apiextensions.CustomResource(
        `${server.name}-route`,
        {
          apiVersion: "gateway.networking.k8s.io/v1",
          kind: "HTTPRoute",
          metadata: metadata(place, { annotations: exposure.annotations ?? {} }),
          spec: httpRouteSpec(server, exposure, backend),
        },
        { parent: this },
      );
      return;
    }
    const annotations = { ...NO_WAIT, ...ingressAnnotations(server, exposure) };
    new kubernetes.networking.v1.Ingress(
      `${server.name}-ingress`,
      { metadata: metadata(place, { annotations }), spec: ingressSpec(server.name, exposure, backend) },
      { parent: this },
    );
  }
}

/** Whether a registry has a login of its own, as far as that can be seen before it is known. */
const hasPassword = (registry: McpDeploymentArgs["registry"]): registry is RegistryArgs =>
  typeof registry === "object" &&
  "password" in registry &&
  registry.password !== undefined &&
  registry.username !== undefined;
