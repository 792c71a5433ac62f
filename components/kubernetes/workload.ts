import * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "../pulumi";
import type { DeployedServer, RegistryArgs } from "../server";
import type { McpDeploymentArgs } from "./args";
import { deploymentSpec } from "./deployment";
import { environment } from "./environment";
import { labels } from "./labels";
import { metadata, type Placement, WATCHED } from "./metadata";
import { scrapeAnnotations } from "./monitoring/discovery";
import { podTemplate } from "./pod";
import { CHECKSUM, checksum, createSecret, dockerConfig, withValues } from "./secret";
import type { ResolvedDeployment } from "./settings";

/** The Deployment, with the account that its pods run as and the secrets that they are given. */
export function createWorkload(
  parent: pulumi.Resource,
  server: DeployedServer,
  deployment: ResolvedDeployment,
  place: Placement,
  { image, service }: { image: pulumi.Output<string>; service: kubernetes.core.v1.Service },
  args: McpDeploymentArgs,
): kubernetes.apps.v1.Deployment {
  const { name } = server;
  const account = new kubernetes.core.v1.ServiceAccount(
    `${name}-account`,
    { metadata: metadata(place), automountServiceAccountToken: false },
    { parent },
  );
  const secrets = withValues(args.secrets);
  const secret = secrets && createSecret(parent, place, secrets);
  const env = environment(server, deployment, {
    ...args,
    secretName: secret?.metadata.name,
    service: service.metadata,
  });
  const template = podTemplate(server, deployment, {
    image,
    env,
    serviceAccount: account.metadata.name,
    imagePullSecrets: pullSecrets(parent, deployment, place, args),
    annotations: {
      ...(secrets && { [CHECKSUM]: checksum(name, secrets) }),
      ...(deployment.scrapeAnnotations && server.exposesMetrics && scrapeAnnotations(server)),
    },
    labels: labels(name, place.component),
  });
  return new kubernetes.apps.v1.Deployment(
    `${name}-deployment`,
    { metadata: metadata(place, { annotations: WATCHED }), spec: deploymentSpec(name, deployment, template) },
    { parent },
  );
}

/** Secrets with which the image is pulled: those that were named, else one with the registry's own password. */
function pullSecrets(
  parent: pulumi.Resource,
  { imagePullSecrets }: ResolvedDeployment,
  place: Placement,
  { registry }: McpDeploymentArgs,
): pulumi.Input<string>[] {
  if (imagePullSecrets.length > 0 || !hasPassword(registry)) return imagePullSecrets;
  const secret = new kubernetes.core.v1.Secret(
    `${place.name}-registry`,
    {
      metadata: metadata({ ...place, fixedNames: false }),
      type: "kubernetes.io/dockerconfigjson",
      stringData: { ".dockerconfigjson": dockerConfig(registry) },
    },
    { parent },
  );
  return [secret.metadata.name];
}

/** Whether a registry has a login of its own, as far as that can be seen before it is known. */
const hasPassword = (registry: McpDeploymentArgs["registry"]): registry is RegistryArgs =>
  typeof registry === "object" &&
  "password" in registry &&
  registry.password !== undefined &&
  registry.username !== undefined;
