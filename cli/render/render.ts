import { renderFiles, renderStream } from "./files";
import { existingFiles, type FolderChange, writeFolder } from "./folder";
import { type Source, stackObjects } from "./objects";
import type { RenderOptions } from "./options";
import { kubesealer } from "./seal";
import { type NeededSecret, SecretMode, type SecretOptions, withoutSecrets } from "./secrets";

/** What a render found and wrote. */
export interface Rendered {
  /** Names of the files. */
  files: string[];
  /** What changed in the folder; undefined for stdout. */
  change?: FolderChange;
  /** All documents in one text, for stdout. */
  stream?: string;
  secrets: NeededSecret[];
  /** Resources of the cluster that are no objects, such as Helm releases. */
  skipped: string[];
}

/**
 * Renders a stack as manifests, into a folder or one text.
 * @throws UsageError when something is missing, or a file in the way
 */
export async function render(
  source: Source,
  options: RenderOptions,
  env: NodeJS.ProcessEnv = process.env,
): Promise<Rendered> {
  const { folder, mode, images, build } = options;
  const allowExposed = mode === SecretMode.Plain;
  const { objects, context, skipped } = await stackObjects(source, { images, build, allowExposed });
  const existing = folder === undefined ? new Map<string, string>() : existingFiles(folder);
  const secretOptions = await howToWrite(options, context, existing, env);
  const { written, secrets } = await withoutSecrets(objects, secretOptions);
  const stack = `${source.project}/${source.stack.split("/").at(-1)}`;
  // Only where nothing else provides them.
  const needed = mode === SecretMode.Reference ? secrets : [];
  const files = renderFiles(written, needed, stack);
  const result = { files: files.map(({ name }) => name), secrets, skipped };
  if (folder === undefined) return { ...result, stream: renderStream(files, needed) };
  return { ...result, change: writeFolder(folder, files, stack) };
}

async function howToWrite(
  { mode, store, cert }: RenderOptions,
  context: string,
  existing: Map<string, string>,
  env: NodeJS.ProcessEnv,
): Promise<SecretOptions> {
  if (mode === SecretMode.External && store) return { mode, store };
  if (mode !== SecretMode.Sealed) return { mode: mode as "reference" | "plain" };
  const earlier = (name: string) =>
    [...existing].find(([file]) => file.includes("-sealedsecret-") && file.endsWith(`-${name}.yaml`))?.[1];
  return { mode, seal: await kubesealer({ context, earlier, env, ...(cert !== undefined && { cert }) }) };
}
