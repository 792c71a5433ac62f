import { type DeployedServer, InvalidInputError, type McpServerArgs, type Problem, plainFields } from "../server";
import { type Authentication, type ExposureKind, type McpDeploymentArgs, NetworkRules } from "./args";
import { deploymentProblems } from "./validate";

/** McpDeploymentArgs that shape a deployment, as plain values. */
export interface DeploymentSettings {
  fixedNames?: boolean;
  replicas?: number;
  autoscaling?: AutoscalingSettings;
  exposure?: ExposureSettings;
  networkRules?: NetworkRules;
  ingress?: PeerSettings[];
  egress?: EgressSettings[];
  monitoringNamespace?: string;
  metricsIngress?: PeerSettings[];
  scrapeAnnotations?: boolean;
  scheduling?: SchedulingSettings;
  imagePullSecrets?: string[];
  runAsUser?: number;
  rolloutTimeoutSeconds?: number;
}

export interface AutoscalingSettings {
  minReplicas?: number;
  maxReplicas: number;
  cpuPercent?: number;
  memoryPercent?: number;
  metric?: string;
  metricAverage?: string;
}

export interface ExposureSettings {
  publicUrl: string;
  authentication: Authentication;
  kind?: ExposureKind;
  ingressClass?: string;
  annotations?: Record<string, string>;
  gateway?: string;
  clusterIssuer?: string;
  tlsSecret?: string;
  authorizationServers?: string[];
  allowedOrigins?: string[];
  fromNamespace?: string;
}

export interface PeerSettings {
  namespace?: string;
  podLabels?: Record<string, string>;
}

export interface EgressSettings {
  cidr?: string;
  except?: string[];
  namespace?: string;
  podLabels?: Record<string, string>;
  host?: string;
  ports?: number[];
}

export interface SchedulingSettings {
  nodeSelector?: Record<string, string>;
  tolerations?: string[];
  priorityClass?: string;
  spreadOver?: string[];
}

/** Settings with their defaults: what the builders work on. */
export interface ResolvedDeployment extends DeploymentSettings {
  fixedNames: boolean;
  replicas: number;
  networkRules: NetworkRules;
  egress: EgressSettings[];
  monitoringNamespace: string;
  scheduling: SchedulingSettings;
  imagePullSecrets: string[];
  runAsUser: number;
  rolloutTimeoutSeconds: number;
}

const NO_REGISTRY: Problem = {
  path: "registry",
  message: "is missing: the nodes of a cluster pull the image from a registry",
  allowed:
    'where to push it, such as { server: "ghcr.io", namespace: "acme" }; or `image.reference`, an image that is there',
  fix: "set `registry`",
};

/** The user of images that are built here. */
export const IMAGE_UID = 10001;

const DEPLOYMENT_FIELDS = [
  "fixedNames",
  "replicas",
  "autoscaling",
  "exposure",
  "networkRules",
  "ingress",
  "egress",
  "monitoringNamespace",
  "metricsIngress",
  "scrapeAnnotations",
  "scheduling",
  "imagePullSecrets",
  "runAsUser",
  "rolloutTimeoutSeconds",
] as const satisfies readonly (keyof DeploymentSettings)[];

/** Fields that decide about no resource: they may be outputs of other resources. */
const LATE_FIELDS = ["namespace", "secretKeys", "kubeconfig", "context"] as const;

/** The arguments that describe the server, without those that say how the cluster runs it. */
export function serverArgsOf(args: McpDeploymentArgs): McpServerArgs {
  const own: McpDeploymentArgs = { ...args };
  for (const field of [...DEPLOYMENT_FIELDS, ...LATE_FIELDS]) delete own[field];
  return own;
}

/**
 * Decides what the arguments leave open about the deployment, and validates them together with the server.
 * @throws InvalidInputError with every problem found
 */
export function resolveDeployment(server: DeployedServer, args: McpDeploymentArgs): ResolvedDeployment {
  const settings = plainFields<DeploymentSettings>(args, DEPLOYMENT_FIELDS);
  const problems: Problem[] = deploymentProblems(server, settings);
  if (args.registry === undefined && server.imageReference === undefined) problems.push(NO_REGISTRY);
  if (problems.length > 0) throw new InvalidInputError(problems);
  const { replicas = 1, autoscaling } = settings;
  return {
    fixedNames: true,
    networkRules: NetworkRules.Kubernetes,
    egress: [],
    monitoringNamespace: "monitoring",
    scheduling: {},
    imagePullSecrets: [],
    runAsUser: IMAGE_UID,
    rolloutTimeoutSeconds: 300,
    ...settings,
    replicas: Math.max(replicas, autoscaling?.minReplicas ?? 1),
  };
}
