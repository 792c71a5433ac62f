import type { input } from "@pulumi/kubernetes/types";
import * as pulumi from "../pulumi";
import { literal } from "./environment";
import { cpu } from "./pod";
import { CONTAINER_SECURITY } from "./podSecurity";
import { withValues } from "./secret";
import type { MountedFiles } from "./serviceFiles";
import type { McpStatefulSetArgs } from "./statefulSetArgs";

/** Seconds that a service may take to start, and between two looks at it. */
export const START_SECONDS = 120;
const START_PERIOD = 2;

/** Folders that the service can write to, with the names of their volumes. */
const folders = ({ scratch = {} }: Pick<McpStatefulSetArgs, "scratch">) =>
  Object.entries({ "/tmp": "64Mi", ...scratch }).map(([folder, size]) => ({
    name: folder
      .slice(1)
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, "-"),
    folder,
    size,
  }));

export const scratchVolumes = (args: Pick<McpStatefulSetArgs, "scratch">): input.core.v1.Volume[] =>
  folders(args).map(({ name, size }) => ({ name, emptyDir: { sizeLimit: size } }));

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

/** The container of a service. */
export function serviceContainer(
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
    scratch,
    startSeconds = START_SECONDS,
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
    "ephemeral-storage": scratch ? "512Mi" : "256Mi",
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
    startupProbe: {
      ...alive,
      periodSeconds: START_PERIOD,
      timeoutSeconds: 2,
      failureThreshold: pulumi.output(startSeconds).apply((seconds) => Math.ceil(seconds / START_PERIOD)),
    },
    readinessProbe: { ...ready, periodSeconds: 5, timeoutSeconds: 5 },
    livenessProbe: { ...alive, periodSeconds: 10, timeoutSeconds: 5 },
    terminationMessagePolicy: "FallbackToLogsOnError",
    securityContext: {
      ...CONTAINER_SECURITY,
      readOnlyRootFilesystem: pulumi.output(writable).apply((isWritable) => !isWritable),
    },
    volumeMounts: [
      ...folders({ scratch }).map(({ name, folder }) => ({ name, mountPath: folder })),
      ...(volume === undefined ? [] : [{ name: "data", mountPath: volume }]),
      ...(files ? [files.mount] : []),
    ],
  };
}
