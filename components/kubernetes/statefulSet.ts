import type { input } from "@pulumi/kubernetes/types";
import * as pulumi from "../pulumi";
import { literal } from "./environment";
import { type Labels, selectorLabels } from "./labels";
import type { McpStatefulSetArgs } from "./mcpStatefulSet";
import { cpu, references } from "./pod";
import { CONTAINER_SECURITY, POD_DEFAULTS, podSecurity } from "./podSecurity";
import { withValues } from "./secret";
import type { MountedFiles } from "./serviceFiles";
import { IMAGE_UID } from "./settings";

/** What a service's pod needs to know of the objects around it. */
interface ServiceSurroundings {
  /** Name of the Service that governs the set. */
  service: pulumi.Input<string>;
  secretName: pulumi.Input<string> | undefined;
  files: MountedFiles | undefined;
  annotations: Record<string, pulumi.Input<string>>;
  labels: Labels;
}

/** A service of one pod with a volume that outlives it. */
export function statefulSetSpec(
  name: string,
  args: McpStatefulSetArgs,
  { service, secretName, files, annotations, labels }: ServiceSurroundings,
): input.apps.v1.StatefulSetSpec {
  const { volume, volumeSize = "1Gi", storageClass, keepData = true, imagePullSecrets } = args;
  return {
    replicas: 1,
    serviceName: service,
    // Else a pod that can't start keeps its mended successor from being started: https://github.com/kubernetes/kubernetes/issues/67250.
    podManagementPolicy: "Parallel",
    selector: { matchLabels: selectorLabels(name) },
    persistentVolumeClaimRetentionPolicy: {
      whenDeleted: pulumi.output(keepData).apply((keeps) => (keeps ? "Retain" : "Delete")),
      whenScaled: "Retain",
    },
    template: {
      metadata: { labels, ...(Object.keys(annotations).length > 0 && { annotations }) },
      spec: {
        ...POD_DEFAULTS,
        securityContext: podSecurity(args.user ?? IMAGE_UID),
        ...(imagePullSecrets && {
          imagePullSecrets: pulumi.output(imagePullSecrets).apply(references),
        }),
        terminationGracePeriodSeconds: 30,
        containers: [serviceContainer(name, args, secretName, files)],
        volumes: [{ name: "tmp", emptyDir: { sizeLimit: "64Mi" } }, ...(files ? [files.volume] : [])],
      },
    },
    ...(volume !== undefined && {
      volumeClaimTemplates: [
        {
          // No labels: a change of any would replace the whole set.
          metadata: { name: "data" },
          spec: {
            accessModes: ["ReadWriteOnce"],
            resources: { requests: { storage: volumeSize } },
            ...(storageClass !== undefined && { storageClassName: storageClass }),
          },
        },
      ],
    }),
  };
}

/** Variables by their values, or by the Secret that holds them. */
const variables = (
  env: McpStatefulSetArgs["env"],
  names: pulumi.Output<string[]>,
  secretName: pulumi.Input<string> | undefined,
): pulumi.Output<input.core.v1.EnvVar[]> =>
  pulumi.all([env, names, secretName]).apply(([plain, names, secret]) => [
    ...Object.entries(plain ?? {})
      .filter(([name]) => !names.includes(name))
      .map(([name, value]) => ({ name, value: literal(value) })),
    ...names.map((key) => ({ name: key, valueFrom: { secretKeyRef: { name: secret ?? "", key } } })),
  ]);

function serviceContainer(
  name: string,
  {
    image,
    port,
    command,
    env,
    secrets,
    volume,
    health,
    readinessPath,
    writable = false,
    memoryLimit = "512Mi",
    cpuLimit = 0.5,
  }: McpStatefulSetArgs,
  secretName: pulumi.Input<string> | undefined,
  files: MountedFiles | undefined,
): input.core.v1.Container {
  // A service that still reads its data can't take work yet, but must not be restarted for that.
  const alive = { tcpSocket: { port: "service" } };
  const byPath = readinessPath === undefined ? alive : { httpGet: { path: readinessPath, port: "service" } };
  const ready = health === undefined ? byPath : { exec: { command: health } };
  const limits = {
    cpu: pulumi.output(cpuLimit).apply(cpu),
    memory: memoryLimit,
    "ephemeral-storage": "256Mi",
  };
  // Only the names of the secrets are used, and they are none.
  const names = pulumi.unsecret(pulumi.output(secrets)).apply((values) => Object.keys(values ?? {}).sort());
  return {
    name,
    image,
    imagePullPolicy: "IfNotPresent",
    ...(command && { command: pulumi.output(command).apply((words) => words.map(literal)) }),
    ports: [{ name: "service", containerPort: port, protocol: "TCP" }],
    ...([env, secrets].some(withValues) && { env: variables(env, names, secretName) }),
    resources: { limits, requests: { ...limits, cpu: "50m", "ephemeral-storage": "128Mi" } },
    startupProbe: { ...alive, periodSeconds: 2, timeoutSeconds: 2, failureThreshold: 60 },
    readinessProbe: { ...ready, periodSeconds: 5, timeoutSeconds: 5 },
    livenessProbe: { ...alive, periodSeconds: 10, timeoutSeconds: 5 },
    terminationMessagePolicy: "FallbackToLogsOnError",
    securityContext: {
      ...CONTAINER_SECURITY,
      readOnlyRootFilesystem: pulumi.output(writable).apply((isWritable) => !isWritable),
    },
    volumeMounts: [
      { name: "tmp", mountPath: "/tmp" },
      ...(volume === undefined ? [] : [{ name: "data", mountPath: volume }]),
      ...(files ? [files.mount] : []),
    ],
  };
}
