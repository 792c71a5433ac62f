import { withCanonicalQuantities } from "./quantities";
import type { Registered } from "./record";
import { withoutMarks } from "./secretMark";

/** An object as it is sent to the API server. */
export interface Manifest {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string; labels?: object; annotations?: Record<string, string> };
  [field: string]: unknown;
}

/** A Secret, whose values are base64. */
export interface SecretManifest extends Manifest {
  kind: "Secret";
  type?: string;
  data: Record<string, string>;
}

export const isSecret = (manifest: Manifest): manifest is SecretManifest =>
  manifest.kind === "Secret" && manifest.apiVersion === "v1";

/** Secret values that would stand in an object that is no Secret. */
export class ExposedSecretError extends Error {
  override readonly name = "ExposedSecretError";

  constructor(paths: string[]) {
    super(
      `Secret values would stand in clear in objects that are no Secrets:\n${paths.map((path) => `  ${path}\n`).join("")}` +
        "  fix: give them to the server as `secrets`, or accept it with --secrets plain",
    );
  }
}

/** A registered resource as an object; undefined for one that is none, such as a Helm release. */
export function toManifest(
  { inputs }: Registered,
  name: string,
): { manifest: Manifest; exposed: string[] } | undefined {
  const { apiVersion, kind } = inputs;
  if (typeof apiVersion !== "string" || typeof kind !== "string") return undefined;
  const exposed: string[] = [];
  const plain = withoutMarks(inputs, (path) => exposed.push(`${kind} ${name}: ${path}`)) as Manifest;
  const { metadata, ...fields } = plain;
  const { annotations, ...rest } = metadata ?? {};
  const kept = Object.entries(annotations ?? {}).filter(([key]) => !key.startsWith("pulumi.com/"));
  const manifest: Manifest = {
    ...fields,
    metadata: { ...rest, name, ...(kept.length > 0 && { annotations: Object.fromEntries(kept) }) },
  };
  if (WITH_QUANTITIES.has(kind)) return { manifest: withCanonicalQuantities(manifest), exposed };
  if (kind !== "Secret") return { manifest, exposed };
  const { stringData: _, ...secret } = manifest;
  return { manifest: { ...secret, data: secretData(plain) } as SecretManifest, exposed: [] };
}

const WORKLOADS = ["Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob", "Pod"];
const WITH_QUANTITIES = new Set([
  ...WORKLOADS,
  "LimitRange",
  "ResourceQuota",
  "PersistentVolumeClaim",
  "HorizontalPodAutoscaler",
]);

/** The values of a Secret as the API server keeps them, in base64; the provider sends them so, too. */
export function secretData({ data, stringData }: Record<string, unknown>): Record<string, string> {
  const texts = Object.entries((stringData ?? {}) as Record<string, string>);
  const encoded = texts.map(([key, text]) => [key, Buffer.from(text).toString("base64")]);
  return { ...((data ?? {}) as Record<string, string>), ...Object.fromEntries(encoded) };
}
