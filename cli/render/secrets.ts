import { isSecret, type Manifest, type SecretManifest } from "./manifest";
import type { StackObject } from "./objects";
import type { Sealer } from "./seal";

/** What becomes of Secrets: named only, fetched by External Secrets, sealed by Sealed Secrets, or in clear. */
export const SecretMode = { Reference: "reference", External: "external", Sealed: "sealed", Plain: "plain" } as const;
export type SecretMode = (typeof SecretMode)[keyof typeof SecretMode];

/** The store that External Secrets fetches from. */
export interface Store {
  kind: "SecretStore" | "ClusterSecretStore";
  name: string;
}

/** How Secrets are written. */
export type SecretOptions =
  | { mode: "reference" | "plain" }
  | { mode: "external"; store: Store }
  | { mode: "sealed"; seal: Sealer };

/** An object that is written. */
export interface Written {
  manifest: Manifest;
  /** Lines above it. */
  comments: string[];
  /** Whether there are secret values in it in clear. */
  isPlainSecret: boolean;
}

/** A Secret of the stack, for whoever has to provide it. */
export interface NeededSecret {
  name: string;
  namespace?: string;
  type?: string;
  keys: string[];
  /** Where External Secrets looks for it: a key of the store, and a property of it for each key of the Secret. */
  remote?: { key: string; properties: string[] };
}

/** Replaces the Secrets among the objects by what stands for them. */
export async function withoutSecrets(
  objects: StackObject[],
  options: SecretOptions,
): Promise<{ written: Written[]; secrets: NeededSecret[] }> {
  const written: Written[] = [];
  const secrets: NeededSecret[] = [];
  for (const { resource, manifest } of objects) {
    if (!isSecret(manifest)) {
      written.push({ manifest, comments: [], isPlainSecret: false });
      continue;
    }
    const { name, namespace } = manifest.metadata;
    const keys = Object.keys(manifest.data).sort();
    const needed = { name, ...(namespace && { namespace }), ...(manifest.type && { type: manifest.type }), keys };
    if (options.mode === SecretMode.External) {
      const remote = { key: [namespace, resource].filter(Boolean).join("-"), properties: keys.map(propertyOf) };
      secrets.push({ ...needed, remote });
      written.push({ manifest: external(manifest, remote.key, options.store), comments: [], isPlainSecret: false });
      continue;
    }
    secrets.push(needed);
    if (options.mode === SecretMode.Sealed) written.push({ ...(await options.seal(manifest)), isPlainSecret: false });
    if (options.mode === SecretMode.Plain) written.push({ manifest, comments: [], isPlainSecret: true });
  }
  secrets.sort((one, other) => (one.name < other.name ? -1 : 1));
  return { written, secrets };
}

/** An ExternalSecret that makes the Secret. Source: external-secrets.io, API external-secrets.io/v1. */
function external({ metadata, type, data }: SecretManifest, key: string, store: Store): Manifest {
  const { name, namespace, labels, annotations } = metadata;
  const shared = { ...(labels && { labels }), ...(annotations && { annotations }) };
  return {
    apiVersion: "external-secrets.io/v1",
    kind: "ExternalSecret",
    metadata: { name, ...(namespace && { namespace }), ...shared },
    spec: {
      secretStoreRef: { kind: store.kind, name: store.name },
      // Without a template the operator copies labels and annotations itself; a type needs one.
      target: { name, ...(type && { template: { type, metadata: shared } }) },
      data: Object.keys(data)
        .sort()
        .map((secretKey) => ({ secretKey, remoteRef: { key, property: propertyOf(secretKey) } })),
    },
  };
}

/** Stores take a dot in front for the start of a path. */
const propertyOf = (key: string): string => key.replace(/^\./, "");
