import { type DeployedServer, InvalidInputError, type Problem } from "../server";
import { DEFAULTS, type DeploymentSettings, type ResolvedDeployment } from "./settings";
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
 * @param pushes whether there is a registry to push the image to
 * @throws InvalidInputError with every problem found
 */
export function resolveDeployment(
  server: DeployedServer,
  settings: DeploymentSettings,
  pushes: boolean,
): ResolvedDeployment {
  const problems: Problem[] = deploymentProblems(server, settings);
  if (!pushes && server.imageReference === undefined) problems.push(NO_REGISTRY);
  if (problems.length > 0) throw new InvalidInputError(problems);
  const { replicas = 1, autoscaling } = settings;
  return { ...DEFAULTS, ...settings, replicas: Math.max(replicas, autoscaling?.minReplicas ?? 1) };
}
