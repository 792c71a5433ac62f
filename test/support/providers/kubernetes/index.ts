import type { TestProvider } from "../resource";
import { type Properties, stableText, textOf } from "../values";
import { Cluster, connection } from "./cluster";
import { kindOfToken } from "./kind";
import { KubernetesResource } from "./resource";
import { checkSettings, replacingSettings, settingsOf } from "./settings";

/**
 * Every kind of the Kubernetes API, as the official plugin has them. Beyond it, fields that the API server does not know
 * are refused, not dropped in silence: a typing error in a component is a failed test.
 */
export function kubernetesProvider(): TestProvider {
  const clusters = new Map<string, Promise<Cluster>>();
  const clusterOf = (config: Record<string, string>): Promise<Cluster> => {
    const key = stableText(config);
    const cluster = clusters.get(key) ?? Cluster.open(config);
    clusters.set(key, cluster);
    return cluster;
  };
  return {
    name: "kubernetes",
    version: "4.34.2",
    resources: {},
    otherResource(token) {
      const kind = kindOfToken(token);
      return kind && new KubernetesResource(kind, clusterOf);
    },
    checkConfig: checkSettings,
    replacesConfig: (olds, news) => replacingSettings(olds, news, activeCluster),
    async configure(config) {
      // Each operation looks anew whether the cluster answers.
      clusters.set(stableText(config), Cluster.open(config));
    },
  };
}

/** The server and its certificate of the active context. */
function activeCluster(settings: Properties): string | undefined {
  const config = Object.fromEntries(Object.entries(settings).map(([key, value]) => [key, textOf(value)]));
  try {
    const cluster = connection().loadKubeConfig(settingsOf(config)).getCurrentCluster();
    return cluster ? JSON.stringify([cluster.server, cluster.caData, cluster.caFile]) : undefined;
  } catch {
    return undefined;
  }
}
