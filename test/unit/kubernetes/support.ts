import { McpDeployment, type McpDeploymentArgs } from "../../../components";
import { makeFolder } from "../../support/folder";
import { plain, type Registered, runWithMocks } from "../../support/mocks";

export const HTTP = {
  "server.py": 'from fastmcp import FastMCP\nmcp = FastMCP("x")\nmcp.run(transport="http")\n',
  "requirements.txt": "fastmcp==4.1.2\n",
};
export const STDIO = { ...HTTP, "server.py": 'from fastmcp import FastMCP\nmcp = FastMCP("x")\nmcp.run()\n' };

export const DEPLOYMENT = "kubernetes:apps/v1:Deployment";
export const STATEFUL_SET = "kubernetes:apps/v1:StatefulSet";
export const SERVICE = "kubernetes:core/v1:Service";
export const CONFIG_MAP = "kubernetes:core/v1:ConfigMap";
export const SECRET = "kubernetes:core/v1:Secret";
export const ACCOUNT = "kubernetes:core/v1:ServiceAccount";
export const NAMESPACE = "kubernetes:core/v1:Namespace";
export const NETWORK_POLICY = "kubernetes:networking.k8s.io/v1:NetworkPolicy";
export const CILIUM_POLICY = "kubernetes:cilium.io/v2:CiliumNetworkPolicy";
export const INGRESS = "kubernetes:networking.k8s.io/v1:Ingress";
export const ROUTE = "kubernetes:gateway.networking.k8s.io/v1:HTTPRoute";
export const AUTOSCALER = "kubernetes:autoscaling/v2:HorizontalPodAutoscaler";
export const BUDGET = "kubernetes:policy/v1:PodDisruptionBudget";
export const ROLLOUT = "mcp:index:Rollout";
export const PASSWORD = "random:index/randomPassword:RandomPassword";
export const IMAGE = "docker:index/image:Image";
export const REMOTE_IMAGE = "docker:index/remoteImage:RemoteImage";

export const DIGEST = `registry.example.com/weather@sha256:${"a".repeat(64)}`;

/** Where images are pushed, by a login of this machine. */
export const REGISTRY = { server: "registry.example.com" };

/** Labels of the server "weather" of the stack "test" of the project "mcp", by which its pods are found. */
export const SELECTOR = { "app.kubernetes.io/name": "weather", "app.kubernetes.io/instance": "mcp-test" };
export const LABELS = {
  ...SELECTOR,
  "app.kubernetes.io/component": "mcp-server",
  "app.kubernetes.io/part-of": "mcp",
  "app.kubernetes.io/managed-by": "pulumi",
};

/** What the Kubernetes provider fills in before it creates anything: a name where there is none, and its namespace. */
export function checked({ type, name, inputs }: Registered): object {
  if (!type.startsWith("kubernetes:")) return {};
  return { metadata: { name: `${name}-1a2b3c4d`, namespace: "default", ...(inputs.metadata as object) } };
}

/** What providers report once they have done their work. */
export function outputs({ type }: Registered): object {
  if (type === IMAGE || type === REMOTE_IMAGE) return { repoDigest: DIGEST };
  if (type === PASSWORD) return { result: "s3cret-password" };
  if (type === ROLLOUT) return { tools: ["forecast"], toolsDigest: "d1" };
  return {};
}

/** Arguments without the source, which is a folder with a server that speaks HTTP unless others are given. */
export type Args = Partial<McpDeploymentArgs>;

/** What a program registers, with a name and a namespace for every object. */
export async function run<T>(program: () => T, { preview = false } = {}) {
  const { resources, result } = await runWithMocks(program, { preview, outputs, checked });
  return { resources: resources.map((resource) => ({ ...resource, inputs: plain(resource.inputs) })), result };
}

/** What the server "weather" registers. */
export function deploy(args: Args = {}, { preview = false, files = HTTP as Record<string, string> } = {}) {
  return run(() => new McpDeployment("weather", { source: makeFolder(files), registry: REGISTRY, ...args }), {
    preview,
  });
}

/** Inputs of the one resource of a type, as deep as a test wants to look. */
// biome-ignore lint/suspicious/noExplicitAny: manifests are compared, not used
export function inputsOf(resources: Registered[], type: string): any {
  const [only, ...others] = resources.filter((resource) => resource.type === type);
  if (!only || others.length > 0) throw new Error(`${only ? others.length + 1 : 0} resources of type ${type}, not one`);
  return only.inputs;
}

/** Specification of the pods of a Deployment or StatefulSet. */
// biome-ignore lint/suspicious/noExplicitAny: manifests are compared, not used
export const podOf = (resources: Registered[], type = DEPLOYMENT): any => inputsOf(resources, type).spec.template.spec;

/** The one container of its pods. */
// biome-ignore lint/suspicious/noExplicitAny: manifests are compared, not used
export const containerOf = (resources: Registered[], type = DEPLOYMENT): any => podOf(resources, type).containers[0];

/** Types of what was registered, without components, sorted. */
export const typesOf = (resources: Registered[]): string[] =>
  resources
    .map(({ type }) => type)
    .filter((type) => !/^mcp:index:Mcp/.test(type))
    .sort();
