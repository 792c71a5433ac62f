import type { input } from "@pulumi/kubernetes/types";
import type * as pulumi from "../pulumi";
import { type DeployedServer, imageCommand } from "../server";
import { literal } from "./environment";
import { type Labels, selectorLabels } from "./labels";
import { CONTAINER_SECURITY, POD_DEFAULTS, podSecurity } from "./podSecurity";
import { probes } from "./probes";
import { scheduling } from "./scheduling";
import type { ResolvedDeployment } from "./settings";

/** Seconds between the order to end and the signal for it: load balancers send no more requests by then. */
const PRE_STOP_SECONDS = 5;

/** Seconds that a server gets beyond its longest call, to close its streams. */
const CLOSING_SECONDS = 5;

/** What a pod needs to know of the objects around it. */
export interface PodSurroundings {
  /** Digest of the image. */
  image: pulumi.Input<string>;
  env: pulumi.Input<input.core.v1.EnvVar[]>;
  serviceAccount: pulumi.Input<string>;
  imagePullSecrets: pulumi.Input<string>[];
  /** Annotations whose change rolls out new pods, such as a checksum of the secrets. */
  annotations: Record<string, pulumi.Input<string>>;
  labels: Labels;
}

/** The pod of a server: hardened, limited and asked for its health. */
export function podTemplate(
  server: DeployedServer,
  deployment: ResolvedDeployment,
  { image, env, serviceAccount, imagePullSecrets, annotations, labels }: PodSurroundings,
): input.core.v1.PodTemplateSpec {
  const { name, port, metricsPort, callTimeoutSeconds } = server;
  const args = imageCommand(server).map(literal);
  return {
    metadata: { labels, ...(Object.keys(annotations).length > 0 && { annotations }) },
    spec: {
      ...POD_DEFAULTS,
      serviceAccountName: serviceAccount,
      securityContext: podSecurity(deployment.runAsUser),
      ...(imagePullSecrets.length > 0 && { imagePullSecrets: references(imagePullSecrets) }),
      ...scheduling(deployment.scheduling, selectorLabels(name)),
      terminationGracePeriodSeconds: PRE_STOP_SECONDS + callTimeoutSeconds + CLOSING_SECONDS,
      containers: [
        {
          name,
          image,
          // The image is a digest: what is on the node is what the registry has, also while that can't be reached.
          imagePullPolicy: "IfNotPresent",
          ...(args.length > 0 && { args }),
          ports: [
            { name: "http", containerPort: port, protocol: "TCP" },
            { name: "metrics", containerPort: metricsPort, protocol: "TCP" },
          ],
          env,
          resources: resources(server),
          ...probes(server),
          // What a container says last stands in its state, and so in errors: the end of its log.
          terminationMessagePolicy: "FallbackToLogsOnError",
          lifecycle: { preStop: { sleep: { seconds: PRE_STOP_SECONDS } } },
          securityContext: CONTAINER_SECURITY,
          volumeMounts: [
            { name: "tmp", mountPath: "/tmp" },
            { name: "logs", mountPath: "/app/logs" },
          ],
        },
      ],
      volumes: [
        { name: "tmp", emptyDir: { sizeLimit: "64Mi" } },
        { name: "logs", emptyDir: { sizeLimit: "64Mi" } },
      ],
    },
  };
}

/** References to objects by their names, each once: the API server refuses others. */
export const references = (names: pulumi.Input<string>[]): { name: pulumi.Input<string> }[] =>
  [...new Set(names)].map((name) => ({ name }));

/** Quantities in the form in which the API server gives them back: another would be a change at every preview. */
function resources({ resources }: Pick<DeployedServer, "resources">): input.core.v1.ResourceRequirements {
  const { cpuLimit, memoryLimit, cpuReservation, memoryReservation } = resources;
  return {
    limits: { cpu: cpu(cpuLimit), memory: memoryLimit, "ephemeral-storage": "256Mi" },
    requests: { cpu: cpu(cpuReservation), memory: memoryReservation, "ephemeral-storage": "128Mi" },
  };
}

/** Cores as Kubernetes writes them: "2", "500m". */
export const cpu = (cores: number): string =>
  Number.isInteger(cores) ? String(cores) : `${Math.round(cores * 1000)}m`;
