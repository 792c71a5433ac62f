import type { Unwrap } from "../pulumi";
import type { McpServerArgs } from "../server";
import {
  type AutoscalingArgs,
  type EgressArgs,
  type ExposureArgs,
  type McpDeploymentArgs,
  NetworkRules,
  type PeerArgs,
  type SchedulingArgs,
} from "./args";

/** Fields that decide about no resource: they may be outputs of other resources. */
type Late = "namespace" | "secretKeys" | "kubeconfig" | "context";

/** McpDeploymentArgs that shape a deployment, as plain values. */
export interface DeploymentSettings extends Unwrap<Omit<McpDeploymentArgs, keyof McpServerArgs | Late>> {}

export type AutoscalingSettings = Unwrap<AutoscalingArgs>;
export type ExposureSettings = Unwrap<ExposureArgs>;
export type PeerSettings = Unwrap<PeerArgs>;
export type EgressSettings = Unwrap<EgressArgs>;
export type SchedulingSettings = Unwrap<SchedulingArgs>;

/** Settings with their defaults: what the builders work on. */
export type ResolvedDeployment = DeploymentSettings &
  Required<Pick<DeploymentSettings, keyof typeof DEFAULTS | "replicas">>;

/** The user of images that are built here. */
export const IMAGE_UID = 10001;

/** What the arguments leave open. */
export const DEFAULTS = {
  fixedNames: true,
  networkRules: NetworkRules.Kubernetes,
  egress: [],
  monitoringNamespace: "monitoring",
  scheduling: {},
  imagePullSecrets: [],
  runAsUser: IMAGE_UID,
  rolloutTimeoutSeconds: 300,
} satisfies DeploymentSettings;

/** The arguments that shape the server and its deployment. */
export function shapingArgs({
  namespace,
  secretKeys,
  kubeconfig,
  context,
  ...args
}: McpDeploymentArgs): Omit<McpDeploymentArgs, Late> {
  return args;
}
