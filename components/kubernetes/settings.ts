import type { McpServerArgs } from "../server";
import type { Authentication, ExposureKind, McpDeploymentArgs, NetworkRules } from "./args";

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

/** The user of images that are built here. */
export const IMAGE_UID = 10001;

/** Fields of the arguments that say how the cluster runs the server. */
export const DEPLOYMENT_FIELDS = [
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
