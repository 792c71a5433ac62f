import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { dockerMissing } from "../test/support/docker";
import { buildKitMissing, docker, tryDocker } from "../test/support/images";
import { officialPlugin } from "../test/support/providers/attach";
import { STACK } from "./workspace";

export { build, docker, sizeOf, tryDocker } from "../test/support/images";

/** What containers, networks, volumes and images of this run are called: others share the Docker Engine. */
export const PREFIX = STACK;

/** A benchmark, or a part of one, that this machine can't run. */
export class Skipped extends Error {
  override readonly name = "Skipped";
}

/** @throws Skipped with the reason, where no Docker Engine answers or no image can be built */
export function needDocker(): void {
  const missing = dockerMissing() ?? buildKitMissing();
  if (missing !== undefined) throw new Skipped(missing);
}

/** @throws Skipped with the reason, where the official plugins are not installed: test providers prove nothing about speed */
export async function needPlugins(names: string[] = ["docker", "random"]): Promise<void> {
  for (const name of names) {
    if (!(await officialPlugin(name)))
      throw new Skipped(`the official plugin pulumi-resource-${name} is not installed`);
  }
}

/** @throws Skipped with the reason, where the Docker command line has no compose */
export function needCompose(): void {
  needDocker();
  const { code, output } = tryDocker("compose", "version", "--short");
  if (code !== 0) throw new Skipped(`docker compose is not installed (${output.trim().split("\n")[0]})`);
}

/** Removes every container, network, volume and image of this run, the volumes that an `up` retains included. */
export function cleanUp(): void {
  removeAll(["ps", "--all", "--quiet", "--filter", `name=${PREFIX}`], ["rm", "--force", "--volumes"]);
  removeAll(["network", "ls", "--quiet", "--filter", `name=${PREFIX}`], ["network", "rm"]);
  removeVolumes();
  // By name: by its id, an image would lose the names that others gave it, too.
  for (const reference of [`${PREFIX}*`, `${PREFIX}/*`, `mcp/${PREFIX}*`]) {
    const names = ["images", "--format", "{{.Repository}}:{{.Tag}}", "--filter", `reference=${reference}`];
    removeAll(names, ["rmi"]);
  }
}

/** Removes the volumes of this run, so that the next `up` is a first one again. */
export function removeVolumes(): void {
  removeAll(["volume", "ls", "--quiet", "--filter", `name=${PREFIX}`], ["volume", "rm", "--force"]);
}

function removeAll(list: string[], remove: string[]): void {
  const found = [...new Set(docker(...list).split("\n"))].filter(Boolean);
  if (found.length > 0) tryDocker(...remove, ...found);
}

/** The build context that an `up` wrote for a server. */
export function writtenContext(root: string, server: string): { context: string; dockerfile: string } {
  const folder = join(root, ".mcp", STACK, server);
  const found = { context: join(folder, "context"), dockerfile: join(folder, "Dockerfile") };
  if (!existsSync(found.dockerfile)) throw new Error(`No build context has been written for ${server}.`);
  return found;
}

/** The tag that an `up` gives a server's image. */
export function writtenTag(root: string, server: string): string {
  const digest = readFileSync(join(root, ".mcp", STACK, server, "digest"), "utf8");
  return `mcp/${server}:${digest.slice(0, 12)}`;
}
