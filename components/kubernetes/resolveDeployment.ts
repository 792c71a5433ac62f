import { type DeployedServer, InvalidInputError, type Problem, plainFields } from "../server";
import { type McpDeploymentArgs, NetworkRules } from "./args";
import { DEPLOYMENT_FIELDS, type DeploymentSettings, IMAGE_UID, type ResolvedDeployment } from "./settings";
import { deploymentProblems } from "./validate";

const NO_REGISTRY: Problem = {
  path: "registry",
  message: "is missing: the nodes of a cluster pull the image from a registry",
  allowed:
    'where to push it, such as { server: "ghcr.io", namespace: "acme" }; or `image.reference`, an image that is there',
  fix: "set `registry`",
};

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
