import * as kubernetes from "@pulumi/kubernetes";
import { podFiles, podOperators } from "../../logging";
import * as pulumi from "../../pulumi";
import { known } from "../../services/logging/known";
import { logTarget } from "../../services/logging/logTarget";
import { SHIPPER, type ShipperTarget, shipperFile } from "../../services/logging/shipper";
import { labels } from "../labels";
import { McpNamespace, PodSecurity } from "../mcpNamespace";
import { metadata, WATCHED } from "../metadata";
import { Rollout, rolloutOf } from "../rollout";
import { CHECKSUM, checksum, createSecret } from "../secret";
import { createFiles, type MountedFiles } from "../serviceFiles";
import type { ClusterLogShipperArgs, McpClusterLoggingArgs } from "./args";
import { clusterPlatform } from "./platform";
import { shipperRules } from "./policies";
import { CONFIG, PODS, shipperSpec } from "./shipper";

/** Seconds that the shipper may take until it runs on every node. */
const ROLLOUT_SECONDS = 300;

/**
 * Collects the logs of MCP servers in a cluster: a shipper on each node reads the files of their pods, Logstash writes them
 * into Elasticsearch, Kibana shows them. Or ships them to what is there already. Data outlives the stack.
 */
export class McpClusterLogging extends pulumi.ComponentResource {
  /** URL of Elasticsearch inside the cluster, once it is set up; undefined where the logs go elsewhere. */
  readonly elasticsearchUrl: pulumi.Output<string | undefined>;
  /** URL of Kibana inside the cluster, once it is set up; undefined where there is none. */
  readonly kibanaUrl: pulumi.Output<string | undefined>;
  /** Password of the user "elastic" of both; undefined where they ask for none. A secret. @secret */
  readonly password: pulumi.Output<string | undefined>;
  /** Name of the user that may read the logs and nothing else; undefined where Elasticsearch asks for none. */
  readonly readerName: pulumi.Output<string | undefined>;
  /** Password of that user. A secret. @secret */
  readonly readerPassword: pulumi.Output<string | undefined>;

  constructor(name: string, args: McpClusterLoggingArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mcp:index:McpClusterLogging", name, {}, opts);
    const shipper = known(args.shipper, "shipper") ?? {};
    const namespace = shipper.namespace ?? this.privilegedNamespace(args.namespace);
    const { target, own } = logTarget(clusterPlatform(args, namespace), args, this);
    this.ship(args, { ...shipper, namespace }, target);

    this.elasticsearchUrl = pulumi.output(own?.elasticsearchUrl);
    this.kibanaUrl = pulumi.output(own?.kibanaUrl);
    this.password = pulumi.output(own?.password);
    this.readerName = pulumi.output(own?.readerName);
    this.readerPassword = pulumi.output(own?.readerPassword);
    this.registerOutputs();
  }

  /** A namespace for the shipper alone: that of the servers admits nobody who reads files of the node. */
  private privilegedNamespace(servers: pulumi.Input<string>): pulumi.Output<string> {
    const args = { namespace: pulumi.interpolate`${servers}-logs`, podSecurity: PodSecurity.Privileged };
    return new McpNamespace("logs", args, { parent: this }).namespace;
  }

  private ship(
    { servers, namespace: serversNamespace, kubeconfig, context }: McpClusterLoggingArgs,
    shipper: ClusterLogShipperArgs,
    { endpoint, secrets, gateway }: ShipperTarget,
  ): void {
    const { name } = SHIPPER;
    const { namespace } = shipper;
    // In a namespace of others, names of its own choice could be theirs.
    const place = { name, namespace, fixedNames: false, component: "log-shipper" };
    const opts = { parent: this };
    const config = shipperFile(
      { endpoint },
      pulumi.all([servers, serversNamespace]).apply(([servers, namespace]) => ({
        files: podFiles(
          PODS,
          servers.map(({ name, deployment = name }) => ({ namespace, deployment, name })),
        ),
        source: podOperators(pulumi.getStack()),
      })),
    );
    const files = createFiles(this, place, { files: { [CONFIG]: config } }) as MountedFiles;
    const secret = secrets && createSecret(this, place, secrets);
    new kubernetes.networking.v1.NetworkPolicy(
      `${name}-network`,
      { metadata: metadata(place), spec: shipperRules(pulumi.output(endpoint).url, namespace ?? serversNamespace) },
      opts,
    );
    const set = new kubernetes.apps.v1.DaemonSet(
      `${name}-set`,
      {
        metadata: metadata(place, { annotations: WATCHED }),
        spec: shipperSpec(shipper, {
          labels: labels(name, place.component),
          annotations: { ...files.annotations, ...(secrets && { [CHECKSUM]: checksum(name, secrets) }) },
          files,
          // Only the names of the secrets are used, and they are none.
          ...(secret && {
            secret: {
              name: secret.metadata.name,
              keys: pulumi.unsecret(pulumi.output(secrets ?? {})).apply((values) => Object.keys(values).sort()),
            },
          }),
        }),
      },
      // Two of it would hold the same folder of a node, and the second would never start.
      { ...opts, dependsOn: gateway ?? [], deleteBeforeReplace: true },
    );
    new Rollout(
      `${name}-rollout`,
      {
        ...rolloutOf(set, { server: name, secrets, kubeconfig, context }),
        kind: "DaemonSet",
        timeoutSeconds: ROLLOUT_SECONDS,
      },
      opts,
    );
  }
}
