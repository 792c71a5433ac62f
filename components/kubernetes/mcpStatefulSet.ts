import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "../pulumi";
import { pinnedImage } from "../services/pinnedImage";
import { labels, selectorLabels, stackName } from "./labels";
import { metadata, NO_WAIT, WATCHED } from "./metadata";
import { Rollout, rolloutOf } from "./rollout";
import { CHECKSUM, checksum, createSecret, withValues } from "./secret";
import { START_SECONDS } from "./serviceContainer";
import { createFiles } from "./serviceFiles";
import { serviceNetwork, servicePolicySpec } from "./servicePolicy";
import { statefulSetSpec } from "./statefulSet";
import type { McpStatefulSetArgs } from "./statefulSetArgs";

/** Longest time until its image is there and it is started, beyond what it takes to start. */
const PULL_SECONDS = 180;

/** A service beside the servers, as a hardened StatefulSet of one pod, reached by the stack's servers alone unless others are named. Its data outlives the pod, the stack and every change of either. */
export class McpStatefulSet extends pulumi.ComponentResource {
  /** Name under which pods of the namespace reach it. */
  readonly host: pulumi.Output<string>;
  /** Name of its StatefulSet, once it is ready. */
  readonly statefulSet: pulumi.Output<string>;
  /** Uid of its StatefulSet: another one when it has been replaced. */
  readonly statefulSetUid: pulumi.Output<string>;
  /** Host and port at which pods of the cluster reach it, such as "db.mcp-prod.svc:5432". Known before it is ready. */
  readonly address: pulumi.Output<string>;

  constructor(name: string, args: McpStatefulSetArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mcp:index:McpStatefulSet", name, {}, opts);
    const { namespace, fixedNames = true, startSeconds = START_SECONDS } = args;
    const image = pinnedImage(args.image);
    const secrets = withValues(args.secrets);
    const network = serviceNetwork(args);
    const place = { name, namespace, fixedNames: fixedNames === true, component: "service" };
    const secret = secrets && createSecret(this, place, secrets);
    const files = createFiles(this, place, args);
    const service = new kubernetes.core.v1.Service(
      `${name}-service`,
      {
        metadata: metadata(place, { annotations: NO_WAIT }),
        spec: {
          type: "ClusterIP",
          selector: selectorLabels(name),
          ports: [{ name: "service", protocol: "TCP", port: args.port, targetPort: "service" }],
        },
      },
      { parent: this },
    );
    new kubernetes.networking.v1.NetworkPolicy(
      `${name}-network`,
      { metadata: metadata(place), spec: servicePolicySpec(name, args.port, network) },
      { parent: this },
    );
    const spec = statefulSetSpec(
      name,
      { ...args, image },
      {
        service: service.metadata.name,
        secretName: secret?.metadata.name,
        files,
        annotations: { ...(secrets && { [CHECKSUM]: checksum(name, secrets) }), ...files?.annotations },
        labels: labels(name, place.component),
      },
    );
    // Its volume is found again by this name.
    const stable = { ...metadata(place, { annotations: WATCHED }), name: fixedNames === true ? name : stackName(name) };
    const set = new kubernetes.apps.v1.StatefulSet(`${name}-set`, { metadata: stable, spec }, { parent: this });
    const rollout = new Rollout(
      `${name}-rollout`,
      {
        ...rolloutOf(set, { ...args, server: name }),
        kind: "StatefulSet",
        timeoutSeconds: pulumi.output(startSeconds).apply((seconds) => PULL_SECONDS + seconds),
      },
      { parent: this },
    );
    // Known only once the service is ready: whoever uses the host waits for it.
    this.host = pulumi.all([service.metadata.name, rollout.id]).apply(([host]) => host);
    this.statefulSet = pulumi.all([set.metadata.name, rollout.id]).apply(([object]) => object);
    this.statefulSetUid = set.metadata.uid;
    this.address = pulumi.interpolate`${service.metadata.name}.${service.metadata.namespace}.svc:${args.port}`;
    this.registerOutputs();
  }
}
