import { AppsV1Api, CoreV1Api, type V1Pod } from "@kubernetes/client-node";
import { registryAddress } from "./clusterImages";
import { forwardPort } from "./clusterObjects";
import { kubeConfig, kubeconfigFile } from "./kubernetes";
import { callTool } from "./mcpClient";
import { TestStack } from "./stack";

/** Config of the stack; `kubernetes` is added to `mcp:kubernetes`. */
interface ClusterConfig {
  kubernetes?: object;
  [key: `mcp:${string}`]: unknown;
}

/** A stack of a project of its own, on the tests' cluster. */
export class ClusterStack extends TestStack {
  readonly core = kubeConfig().makeApiClient(CoreV1Api);
  readonly apps = kubeConfig().makeApiClient(AppsV1Api);

  constructor(servers: object[], config: ClusterConfig = {}) {
    super(servers, clusterConfig(config));
    this.env = { KUBECONFIG: kubeconfigFile };
  }

  override configure(servers: object[], config: ClusterConfig = {}): void {
    super.configure(servers, clusterConfig(config));
  }

  /** The namespace that the stack makes for itself. */
  get namespace(): string {
    return `mcp-${this.name}`;
  }

  deployment = (name: string) => this.apps.readNamespacedDeployment({ name, namespace: this.namespace });

  /** The pods of a server or service that are not ending. */
  async pods(name: string): Promise<V1Pod[]> {
    const labelSelector = `app.kubernetes.io/name=${name}`;
    const { items } = await this.core.listNamespacedPod({ namespace: this.namespace, labelSelector });
    return items.filter(({ metadata }) => !metadata?.deletionTimestamp);
  }

  /** Identity and revision of all that runs: equal before and after when nothing was touched. */
  async identities(): Promise<string[]> {
    const { namespace } = this;
    const [pods, deployments, sets] = await Promise.all([
      this.core.listNamespacedPod({ namespace }),
      this.apps.listNamespacedDeployment({ namespace }),
      this.apps.listNamespacedStatefulSet({ namespace }),
    ]);
    const all = [...pods.items, ...deployments.items, ...sets.items];
    return all.map(({ metadata }) => `${metadata?.name} ${metadata?.uid} ${metadata?.generation ?? ""}`).sort();
  }

  /** Calls a tool of a server through a port-forward to one of its pods. */
  async call(name: string, tool: string, args: Record<string, unknown> = {}, pod?: V1Pod): Promise<string> {
    const target = pod ?? (await this.pods(name))[0];
    const forward = await forwardPort(this.namespace, target?.metadata?.name ?? "", 8080);
    try {
      return await callTool({ ...(await this.server(name)), url: `http://127.0.0.1:${forward.port}/mcp` }, tool, args);
    } finally {
      await forward.stop();
    }
  }
}

/** The config of a stack for the tests' cluster, with the images in the tests' registry. */
function clusterConfig({ kubernetes, ...config }: ClusterConfig): object {
  return {
    "mcp:target": "kubernetes",
    "mcp:kubernetes": { context: kubeConfig().currentContext, ...kubernetes },
    "mcp:registry": { server: registryAddress, namespace: "mcp-test" },
    ...config,
  };
}
