import type { Settings } from "../../config";
import { UsageError } from "../errors";
import { invocation, stackOption } from "../invocation";
import { Answers, type Missing, TYPES } from "./answers";
import { Deployed } from "./deployed";
import { ExposedSecretError, type Manifest, toManifest } from "./manifest";
import { deployToKubernetes } from "./program";
import { type Registered, record } from "./record";

/** Where a stack's config and state come from. */
export interface Source {
  project: string;
  stack: string;
  organization?: string;
  /** The config in clear, as the engine hands it to a program. */
  config(): Promise<{ values: Record<string, string>; secretKeys: string[] }>;
  /** The last deployment, as `pulumi stack export --show-secrets` prints it. */
  state(): Promise<string>;
  /** Makes what is missing, and nothing else. */
  build(missing: Missing[], deployed: Deployed): Promise<void>;
}

export interface ObjectOptions {
  /** Images by server, given by hand. */
  images: Record<string, string>;
  /** Make what is missing, such as images whose source has changed. */
  build: boolean;
  /** Let secret values stand in objects that are no Secrets. */
  allowExposed: boolean;
}

/** An object of the stack, and the resource that it was registered as. */
export interface StackObject {
  resource: string;
  manifest: Manifest;
}

/** The objects of a stack. */
export interface StackObjects {
  objects: StackObject[];
  /** Context of the kubeconfig that the stack belongs to. */
  context: string;
  /** Resources of the cluster that are no objects, by type and name. */
  skipped: string[];
}

/**
 * The objects that `up` would apply, without a cluster: the stack's program runs as it does there, and what only
 * providers know is taken from the last deployment.
 * @throws UsageError when something is missing that only `up` makes
 */
export async function stackObjects(source: Source, options: ObjectOptions): Promise<StackObjects> {
  const config = await source.config();
  const run = async () => {
    const deployed = new Deployed(await source.state());
    const answers = new Answers({ deployed, images: options.images, stack: `${source.project}/${source.stack}` });
    let settings: Settings | undefined;
    const program = () => {
      settings = deployToKubernetes(source.stack);
    };
    const { project, stack, organization } = source;
    const resources = await record(program, {
      ...{ project, stack, config: config.values, secretKeys: config.secretKeys, outputs: answers.outputs },
      ...(organization !== undefined && { organization }),
    });
    return { answers, resources, deployed, context: settings?.cluster?.context ?? "" };
  };
  let ran = await run();
  if (ran.answers.missing.length > 0 && options.build) {
    await source.build(ran.answers.missing, ran.deployed);
    ran = await run();
  }
  const { answers, resources, context } = ran;
  const unknown = Object.keys(options.images).filter((server) => !answers.servers.has(server));
  if (unknown.length > 0) throw noSuchServer(unknown, [...answers.servers]);
  if (answers.missing.length > 0) throw missingError(answers.missing, source.stack, ran.deployed.hasCluster());
  return { ...toObjects(resources, answers, options.allowExposed), context };
}

function toObjects(resources: Registered[], answers: Answers, allowExposed: boolean): Omit<StackObjects, "context"> {
  const objects: StackObject[] = [];
  const skipped: string[] = [];
  const exposed: string[] = [];
  for (const resource of resources) {
    const { type, name } = resource;
    if (!type.startsWith("kubernetes:")) continue;
    const { metadata } = answers.outputs(resource) as { metadata: { name: string } };
    const found = toManifest(resource, metadata.name);
    if (found) objects.push({ resource: name, manifest: found.manifest });
    else skipped.push(`${type} ${name}`);
    exposed.push(...(found?.exposed ?? []));
  }
  if (exposed.length > 0 && !allowExposed) throw new ExposedSecretError(exposed);
  return { objects, skipped };
}

function missingError(missing: Missing[], stack: string, isDeployed: boolean): UsageError {
  const width = Math.max(...missing.map(({ owner }) => owner.length));
  const lines = missing.map(({ owner, what }) => `  ${owner.padEnd(width)}  ${what}`).sort();
  const image = missing.find(({ type }) => type === TYPES.image || type === TYPES.pulled);
  const byHand = image
    ? `\n       or, for an image that is built elsewhere: --image ${image.owner}=${image.what.replace(/:[^/:]*$/, "")}@sha256:...`
    : "";
  const command = isDeployed
    ? `${invocation("up", stackOption(stack))} makes it, and rolls it out`
    : `${invocation("render", `--stack ${stack} --build`)} makes it, without touching the cluster`;
  return new UsageError(
    `What the manifests of ${stack} depend on was never made, or not of what the sources and settings hold now:\n` +
      `${lines.join("\n")}\n` +
      `  fix: ${command}${byHand}`,
  );
}

const noSuchServer = (unknown: string[], known: string[]): UsageError =>
  new UsageError(
    `--image names a server whose image is not needed: ${unknown.join(", ")}\n  known: ${known.sort().join(", ") || "none"}`,
  );
