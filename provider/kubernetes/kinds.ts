import { CustomObjectsApi, KubeConfig } from "@kubernetes/client-node";
import { chooseContext, clusterError } from "./clusterError";

/**
 * Which kinds of an API group a cluster lacks.
 * @param context of the kubeconfig of this machine
 * @param version group and version, such as "monitoring.coreos.com/v1"
 * @throws when the cluster does not answer
 */
export async function missingKinds(context: string, version: string, kinds: string[]): Promise<string[]> {
  const config = new KubeConfig();
  config.loadFromDefault();
  chooseContext(config, context);
  const [group = "", name = ""] = version.split("/");
  try {
    const { resources } = await config.makeApiClient(CustomObjectsApi).getAPIResources({ group, version: name });
    return kinds.filter((kind) => !resources.some((resource) => resource.kind === kind));
  } catch (error) {
    if ((error as { code?: unknown }).code === 404) return kinds;
    throw clusterError(error);
  }
}
