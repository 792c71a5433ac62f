import type { Manifest } from "./manifest";
import type { NeededSecret, Written } from "./secrets";
import { toYaml } from "./yaml";

/** A file of a rendered stack. */
export interface RenderedFile {
  name: string;
  text: string;
  /** Whether only its owner may read it. */
  isPrivate: boolean;
}

/**
 * What file names begin with, by kind: objects that others need come first. A number of its own for each kind keeps the
 * other names when an object is added.
 */
const RANKS: Record<string, string> = {
  Namespace: "00",
  ResourceQuota: "10",
  LimitRange: "10",
  NetworkPolicy: "20",
  CiliumNetworkPolicy: "20",
  ServiceAccount: "30",
  Role: "30",
  ClusterRole: "30",
  RoleBinding: "31",
  ClusterRoleBinding: "31",
  Secret: "40",
  SealedSecret: "40",
  ExternalSecret: "40",
  ConfigMap: "40",
  PersistentVolumeClaim: "45",
  Service: "50",
  StatefulSet: "60",
  DaemonSet: "70",
  Deployment: "70",
  Job: "75",
  CronJob: "75",
  HorizontalPodAutoscaler: "80",
  PodDisruptionBudget: "80",
  PodMonitor: "85",
  PrometheusRule: "85",
  Ingress: "90",
  HTTPRoute: "90",
};
const OTHER_KINDS = "95";

const KUSTOMIZATION = "kustomization.yaml";

/** The first line of every file of a stack, by which it is known as ours. @param stack project and stack */
export const headerOf = (stack: string): string =>
  `# Rendered by pulumi-mcp-deploy from the stack ${stack}. The next render replaces it.`;

/** A file for each object, in the order in which they are applied, and a kustomization.yaml that lists them. */
export function renderFiles(written: Written[], secrets: NeededSecret[], stack: string): RenderedFile[] {
  const header = headerOf(stack);
  const names = fileNames(written.map(({ manifest }) => manifest));
  const files = written
    .map(({ manifest, comments, isPlainSecret }, index) => ({
      name: names[index] ?? "",
      text: `${[header, ...comments].join("\n")}\n${toYaml(manifest)}`,
      isPrivate: isPlainSecret,
    }))
    .sort((one, other) => (one.name < other.name ? -1 : 1));
  const kustomization = {
    apiVersion: "kustomize.config.k8s.io/v1beta1",
    kind: "Kustomization",
    resources: files.map(({ name }) => name),
  };
  const comments = comment(neededLines(secrets));
  return [
    ...files,
    { name: KUSTOMIZATION, text: [header, ...comments, toYaml(kustomization)].join("\n"), isPrivate: false },
  ];
}

/** All objects as one stream of documents. */
export function renderStream(files: RenderedFile[], secrets: NeededSecret[]): string {
  const documents = files.filter(({ name }) => name !== KUSTOMIZATION).map(({ text }) => `---\n${text}`);
  return [...comment(neededLines(secrets)).map((line) => `${line}\n`), ...documents].join("");
}

/** What has to exist before the manifests are applied, for people. */
export function neededLines(secrets: NeededSecret[]): string[] {
  if (secrets.length === 0) return [];
  return [
    "Secrets that have to exist first:",
    ...secrets.map(({ name, namespace, type, keys }) => {
      const place = namespace === undefined ? name : `${namespace}/${name}`;
      return `  ${place}${type ? ` (${type})` : ""}: ${keys.join(", ")}`;
    }),
  ];
}

const comment = (lines: string[]): string[] => lines.map((line) => `# ${line}`);

/** `70-deployment-python-server.yaml`; with the namespace where two objects would share the name. */
function fileNames(manifests: Manifest[]): string[] {
  const short = manifests.map((manifest) => fileName(manifest));
  return manifests.map((manifest, index) => {
    const name = short[index] ?? "";
    const isShared = short.indexOf(name) !== short.lastIndexOf(name);
    return isShared ? fileName(manifest, manifest.metadata.namespace) : name;
  });
}

function fileName({ kind, metadata: { name } }: Manifest, namespace?: string): string {
  const parts = [RANKS[kind] ?? OTHER_KINDS, kind.toLowerCase(), namespace, name].filter(Boolean);
  return `${parts.join("-").replace(/[^A-Za-z0-9._-]/g, "-")}.yaml`;
}
