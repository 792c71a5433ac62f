import type { input } from "@pulumi/kubernetes/types";
import { bridgeEnv, isBridged } from "../image/bridge";
import * as pulumi from "../pulumi";
import { type DeployedServer, listenEnv, type McpServerArgs } from "../server";
import type { McpDeploymentArgs } from "./args";
import { exposureEnv, type ServiceName } from "./exposure";
import type { ResolvedDeployment } from "./settings";

type EnvVar = input.core.v1.EnvVar;

/** Where the values of variables come from. */
export interface Variables extends Pick<McpServerArgs, "env" | "secrets">, Pick<McpDeploymentArgs, "secretKeys"> {
  /** Where pods of the cluster find the server. */
  service: ServiceName;
  /** Name of the Secret that holds `secrets`. */
  secretName: pulumi.Input<string> | undefined;
}

/**
 * Variables of the server's container. Those of the cluster come first, since others refer to them; the rest is sorted,
 * since a changed order would roll out new pods. Secrets stand in it by reference only.
 */
export function environment(
  server: DeployedServer,
  deployment: Pick<ResolvedDeployment, "exposure">,
  { env, secrets, secretKeys, secretName, service }: Variables,
): pulumi.Output<EnvVar[]> {
  const own = {
    ...(isBridged(server) ? bridgeEnv(server) : listenEnv(server, "0.0.0.0")),
    // A call that runs when the pod is to end may take its time: the cluster waits as long.
    SHUTDOWN_GRACE_SECONDS: String(server.callTimeoutSeconds),
  };
  // Only the names of the secrets are used, and they are none.
  const names = pulumi.unsecret(pulumi.output(secrets)).apply((values) => Object.keys(values ?? {}));
  const exposed = exposureEnv(service, deployment);
  return pulumi.all([env, names, secretKeys, secretName, exposed]).apply(([plain, names, keys, secret, exposed]) => {
    const variables = new Map<string, EnvVar>();
    for (const [name, value] of Object.entries({ ...own, ...exposed })) variables.set(name, { name, value });
    for (const [name, value] of Object.entries(plain ?? {})) variables.set(name, { name, value: literal(value) });
    for (const name of names) variables.set(name, fromSecret(name, secret ?? "", name));
    for (const [name, from] of Object.entries(keys ?? {})) variables.set(name, fromSecret(name, from.secret, from.key));
    const sorted = [...variables.values()].sort((one, other) => (String(one.name) < String(other.name) ? -1 : 1));
    // Two entries of one name are refused by the API server: the user's own goes before ours.
    return [...FROM_POD.filter(({ name }) => !variables.has(String(name))), ...sorted];
  });
}

/** A text as it was written. Kubernetes would take "$(NAME)" for a reference, and "$$" for an escaped dollar sign. */
export const literal = (text: string): string => text.replace(/\$(?=[$(])/g, "$$$$");

const fromSecret = (name: string, secret: string, key: string): EnvVar => ({
  name,
  valueFrom: { secretKeyRef: { name: secret, key } },
});

/** With the default that the API server fills in: who applies the rendered manifests would else change it. */
const fromPod = (name: string, fieldPath: string): EnvVar => ({
  name,
  valueFrom: { fieldRef: { apiVersion: "v1", fieldPath } },
});

const FROM_POD = [fromPod("POD_IP", "status.podIP"), fromPod("POD_NAME", "metadata.name")];
