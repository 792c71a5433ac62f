import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "../../pulumi";
import { known } from "../../services/logging/known";
import { ELASTIC_USER, type LogPlatform, type LogService, type Scratch } from "../../services/logging/platform";
import { McpStatefulSet } from "../mcpStatefulSet";
import { metadata } from "../metadata";
import { FILES_FOLDER } from "../serviceFiles";
import type { McpStatefulSetArgs } from "../statefulSetArgs";
import type { McpClusterLoggingArgs } from "./args";
import { ClusterLogSetup } from "./clusterLogSetup";
import { serviceRules } from "./policies";

/** What Elasticsearch gets where nothing is said. The others need room for their queues alone. */
const VOLUME_SIZES: Record<string, string> = { elasticsearch: "10Gi" };

/** Services of the logs as StatefulSets of one pod beside the servers. What is opened is so through a port-forward. */
export function clusterPlatform(args: McpClusterLoggingArgs, shipperNamespace: pulumi.Input<string>): LogPlatform {
  const { namespace, fixedNames = true, keepData, imagePullSecrets, kubeconfig, context } = args;
  const shared = { namespace, fixedNames, keepData, imagePullSecrets, kubeconfig, context };
  const volumes: Record<string, Pick<McpStatefulSetArgs, "volumeSize" | "storageClass"> | undefined> = {
    elasticsearch: known(args.elasticsearch, "elasticsearch"),
    logstash: known(args.logstash, "logstash"),
    kibana: known(args.kibana, "kibana"),
  };
  return {
    filesFolder: FILES_FOLDER,
    browserUrl: ({ port }) => pulumi.output(`http://127.0.0.1:${port}`),
    run(service, opts) {
      const { name, port } = service;
      const { volumeSize = VOLUME_SIZES[name], storageClass } = volumes[name] ?? {};
      const { parent } = opts;
      new kubernetes.networking.v1.NetworkPolicy(
        `${name}-connections`,
        {
          metadata: metadata(
            { name, namespace, fixedNames: fixedNames === true, component: "service" },
            { suffix: "-connections" },
          ),
          spec: serviceRules(name, { ...service, namespace, shipperNamespace }),
        },
        { parent },
      );
      const set = new McpStatefulSet(
        name,
        {
          ...shared,
          ...setArgs(service),
          ...(volumeSize !== undefined && { volumeSize }),
          ...(storageClass !== undefined && { storageClass }),
        },
        opts,
      );
      const url = pulumi.interpolate`http://${set.address}`;
      const workload = {
        ...{ kind: "StatefulSet", namespace, object: set.statefulSet },
        ...(kubeconfig !== undefined && { kubeconfig: pulumi.secret(kubeconfig) }),
        ...(context !== undefined && { context }),
      };
      const triggers = pulumi.output([set.statefulSetUid]);
      return {
        resource: set,
        url,
        setUp: (name, inputs, opts) => new ClusterLogSetup(name, { ...inputs, url, workload, port, triggers }, opts),
      };
    },
  };
}

function setArgs({
  image,
  port,
  command,
  env,
  secrets,
  files,
  secretFiles,
  volume,
  scratch = {},
  writable,
  health,
  startSeconds,
  memoryLimit,
  cpuLimit,
}: LogService): McpStatefulSetArgs {
  return {
    ...{ image, port, command, volume, health, startSeconds, memoryLimit, cpuLimit },
    ...(env && { env }),
    ...(secrets && { secrets }),
    ...(files && { files }),
    ...(secretFiles && { secretFiles }),
    ...ELASTIC_USER,
    scratch: Object.fromEntries(Object.entries(scratch).map(([folder, options]) => [folder, quantity(options)])),
    ...(writable && { writable }),
    // Who reaches it is said by rules of its own.
    ingress: [],
  };
}

const quantity = ({ sizeMiB }: Scratch): string => `${sizeMiB}Mi`;
