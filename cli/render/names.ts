import { createHash, scryptSync } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import stringify from "fast-json-stable-stringify";
import { type Deployed, plain } from "./deployed";
import { secretData } from "./manifest";
import type { Registered } from "./record";
import { withoutMarks } from "./secretMark";

interface Metadata {
  name?: string;
  namespace?: string;
}

/**
 * The name of an object. One that Pulumi is to name keeps the name of the last deployment, as long as `up` would keep
 * it too; else it gets one that is the same at each render.
 * @param stack project and stack
 */
export function objectName(resource: Registered, deployed: Deployed, stack: string): string {
  const inputs = withoutMarks(resource.inputs) as { metadata?: Metadata; kind?: string };
  const { name, namespace } = inputs.metadata ?? {};
  if (name !== undefined) return name;
  const content = contentOf(inputs);
  const known = plain(deployed.find(resource)?.inputs) as typeof inputs | undefined;
  const isKept = known?.metadata?.namespace === namespace && isDeepStrictEqual(contentOf(known ?? {}), content);
  if (isKept && known?.metadata?.name !== undefined) return known.metadata.name;
  return `${resource.name}-${suffix(`${stack}/${resource.name}`, resource.type, content)}`;
}

/** What gives a Secret or ConfigMap another name when it changes: pods of an older rollout keep theirs. */
function contentOf(inputs: { kind?: string; data?: unknown; binaryData?: unknown; stringData?: unknown }): unknown {
  if (inputs.kind === "Secret") return secretData({ ...inputs });
  return inputs.kind === "ConfigMap" ? [inputs.data, inputs.binaryData] : undefined;
}

/** Eight hexadecimal digits. For content by a slow function: a name is public, and must not let anybody try out short secrets. */
function suffix(salt: string, type: string, content: unknown): string {
  if (content === undefined) return createHash("sha256").update(`${salt}/${type}`).digest("hex").slice(0, 8);
  return scryptSync(stringify(content), salt, 4, { N: 4096 }).toString("hex");
}
