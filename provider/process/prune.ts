import { lstat, readdir, readlink, rm } from "node:fs/promises";
import path from "node:path";
import { environmentsFolder, serversFolder } from "./paths";

const DAY_MS = 24 * 3600 * 1000;
/** An environment that no deployed server uses is kept for this long: the next deployment may want it again. */
const UNUSED_MS = 30 * DAY_MS;
/** A build that no environment is made of was interrupted, if it is not still going on. */
const INTERRUPTED_MS = DAY_MS;

/** Names of environments and of the folders that they are built in. Nothing else in the cache is touched. */
const ENVIRONMENT = /^(python|node)-[0-9a-f]{16}$/;
const BUILD = /^(python|node)-[0-9a-f]{16}\.[0-9a-f]{8}(\.link)?$/;

/** Removes environments that no deployed server has used for long, and what interrupted builds left. */
export async function pruneEnvironments(): Promise<void> {
  const root = environmentsFolder();
  const names = await list(root);
  const inUse = await environmentsInUse();
  const builds = new Set<string>();
  for (const name of names.filter((name) => ENVIRONMENT.test(name))) {
    const link = path.join(root, name);
    const build = await readlink(link).catch(() => undefined);
    if (build !== undefined && (inUse.has(name) || (await isYoungerThan(UNUSED_MS, path.join(root, build)))))
      builds.add(build);
    else await rm(link, { recursive: true, force: true });
  }
  for (const name of names.filter((name) => BUILD.test(name) && !builds.has(name))) {
    const folder = path.join(root, name);
    if (!(await isYoungerThan(INTERRUPTED_MS, folder))) await rm(folder, { recursive: true, force: true });
  }
}

/** Names of the environments that a release of any deployed server links to. */
async function environmentsInUse(): Promise<Set<string>> {
  const inUse = new Set<string>();
  for (const server of await list(serversFolder())) {
    const releases = path.join(serversFolder(), server, "releases");
    for (const release of await list(releases)) {
      const python = await readlink(path.join(releases, release, ".venv")).catch(() => undefined);
      const node = await readlink(path.join(releases, release, "node_modules")).catch(() => undefined);
      if (python) inUse.add(path.basename(python));
      if (node) inUse.add(path.basename(path.dirname(node)));
    }
  }
  return inUse;
}

const list = (folder: string): Promise<string[]> => readdir(folder).catch(() => []);

const isYoungerThan = (ms: number, file: string): Promise<boolean> =>
  lstat(file).then(
    ({ mtimeMs }) => mtimeMs > Date.now() - ms,
    () => false,
  );
