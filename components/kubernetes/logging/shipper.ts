import type { input } from "@pulumi/kubernetes/types";
import * as pulumi from "../../pulumi";
import { goMemory, SHIPPER, shipperArguments } from "../../services/logging/shipper";
import { pinnedImage } from "../../services/pinnedImage";
import { literal } from "../environment";
import { type Labels, selectorLabels, stackName } from "../labels";
import { references } from "../pod";
import { CONTAINER_SECURITY, POD_DEFAULTS } from "../podSecurity";
import { FILES_FOLDER, type MountedFiles } from "../serviceFiles";
import type { ClusterLogShipperArgs } from "./args";

/** Where the logs of the node's pods are found in the shipper's own. */
export const PODS = "/var/log/pods";

/** Name of the file of its config. */
export const CONFIG = "shipper.yaml";

/** Folder of the nodes that outlives its pods. */
const STORAGE = "/var/lib/pulumi-mcp-deploy";

/** Nodes that are none have no folders and run no DaemonSet: AWS Fargate, and those of Virtual Kubelet. */
const REAL_NODES: input.core.v1.Affinity = {
  nodeAffinity: {
    requiredDuringSchedulingIgnoredDuringExecution: {
      nodeSelectorTerms: [
        {
          matchExpressions: [
            { key: "eks.amazonaws.com/compute-type", operator: "NotIn", values: ["fargate"] },
            { key: "type", operator: "NotIn", values: ["virtual-kubelet"] },
          ],
        },
      ],
    },
  },
};

/** What the shipper's pods need to know of the objects around them. */
interface Surroundings {
  labels: Labels;
  annotations: Record<string, pulumi.Input<string>>;
  files: MountedFiles;
  /** Variables that stand in a Secret. */
  secret?: { name: pulumi.Input<string>; keys: pulumi.Output<string[]> };
}

/**
 * A shipper on each node. It is root, since only root may read the logs of pods, but without any capability, without a token
 * of the cluster's API, and with two folders of the node: the logs, read-only, and one of its own.
 */
export function shipperSpec(
  { podsFolder = PODS, storageFolder = STORAGE, nodeSelector, ...args }: ClusterLogShipperArgs,
  { labels, annotations, files, secret }: Surroundings,
): input.apps.v1.DaemonSetSpec {
  const storage = pulumi.interpolate`${storageFolder}/${stackName(SHIPPER.name)}`;
  return {
    selector: { matchLabels: selectorLabels(SHIPPER.name) },
    // All at once: nothing is lost meanwhile, and one node that is away holds up no other.
    updateStrategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: "100%" } },
    template: {
      metadata: { labels, annotations },
      spec: {
        ...POD_DEFAULTS,
        securityContext: { runAsUser: 0, runAsGroup: 0, seccompProfile: { type: "RuntimeDefault" } },
        ...(args.imagePullSecrets && { imagePullSecrets: pulumi.output(args.imagePullSecrets).apply(references) }),
        nodeSelector: pulumi.output(nodeSelector).apply((own) => ({ "kubernetes.io/os": "linux", ...own })),
        affinity: REAL_NODES,
        // Servers may run on any node, on those that others keep off, too.
        tolerations: [{ operator: "Exists" }],
        terminationGracePeriodSeconds: 30,
        containers: [container(args, files, secret)],
        volumes: [
          { name: "pods", hostPath: { path: podsFolder, type: "Directory" } },
          { name: "storage", hostPath: { path: storage, type: "DirectoryOrCreate" } },
          files.volume,
        ],
      },
    },
  };
}

function container(
  { image = SHIPPER.image, memoryLimit = SHIPPER.memoryLimit }: ClusterLogShipperArgs,
  files: MountedFiles,
  secret: Surroundings["secret"],
): input.core.v1.Container {
  const healthy = { httpGet: { path: "/", port: "health" } };
  const limits = { cpu: "500m", memory: memoryLimit, "ephemeral-storage": "128Mi" };
  const fromSecret = (keys: string[], name: pulumi.Input<string>) =>
    keys.map((key) => ({ name: key, valueFrom: { secretKeyRef: { name, key } } }));
  const env = { name: "GOMEMLIMIT", value: goMemory(memoryLimit) };
  return {
    name: SHIPPER.name,
    image: pinnedImage(image),
    imagePullPolicy: "IfNotPresent",
    args: shipperArguments(`${FILES_FOLDER}/${CONFIG}`).map(literal),
    ports: [{ name: "health", containerPort: SHIPPER.port, protocol: "TCP" }],
    env: secret ? secret.keys.apply((keys) => [env, ...fromSecret(keys, secret.name)]) : [env],
    resources: { limits, requests: { ...limits, cpu: "50m", memory: "64Mi" } },
    startupProbe: { ...healthy, periodSeconds: 2, timeoutSeconds: 2, failureThreshold: 60 },
    readinessProbe: { ...healthy, periodSeconds: 5, timeoutSeconds: 5 },
    livenessProbe: { ...healthy, periodSeconds: 10, timeoutSeconds: 5 },
    terminationMessagePolicy: "FallbackToLogsOnError",
    securityContext: { ...CONTAINER_SECURITY, runAsNonRoot: false },
    volumeMounts: [
      { name: "pods", mountPath: PODS, readOnly: true },
      { name: "storage", mountPath: SHIPPER.storage },
      files.mount,
    ],
  };
}
