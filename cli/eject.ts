import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import type { Command } from "@commander-js/extra-typings";
import { parse as parseYaml } from "yaml";
import { InvalidInputError } from "../common/errors";
// Not from the index of components/image: that loads the Pulumi SDK.
import { eject } from "../components/image/eject";
import { resolve } from "../components/server/resolve";
import { slug } from "../components/server/validate";
import { imageOf } from "../config/image";
import type { Server } from "../config/plain";
import { shapeOf } from "../config/shape";
import { withStack } from "./cli";
import { UsageError } from "./errors";
import { invocation, stackOption } from "./invocation";
import { projectRoot, userFolder } from "./project";
import { knownStacks, stackFile, unknownStack } from "./stackConfig";

export const define = (command: Command) =>
  withStack(command, "dev")
    .description(
      "Writes the Dockerfile that is written for a server, and a .dockerignore, into the server's folder. From then on its " +
        "image is built from them. Nothing is overwritten.",
    )
    .argument("[folder]", "folder of a server, which is written for with the settings that are the default")
    .option("--server <name>", "instead, a server of mcp:servers, with the settings that it has in the stack")
    .action(async (folder, { server, stack }) => {
      if ((folder === undefined) === (server === undefined)) {
        throw new UsageError(`Which server? ${invocation("eject", "FOLDER")}, or --server NAME for one of mcp:servers`);
      }
      if (folder !== undefined) ejectFolder(folder);
      else await ejectServer(projectRoot(), stack, String(server));
    });

/** Writes the Dockerfile that a server has without any settings. */
function ejectFolder(folder: string): void {
  const server = resolve(slug(path.basename(path.resolve(folder))), { source: path.resolve(userFolder(), folder) });
  writeFiles(server.source, folder, eject(server, {}, []));
  process.stdout.write("Images of this folder are built from them from now on.\n");
}

/** Writes a server's Dockerfile with the settings of a stack. Sources are relative to the project's folder. */
async function ejectServer(root: string, stack: string, name: string): Promise<void> {
  const { server, buildSecrets, image } = await serverOf(root, stack, name);
  const { source } = server;
  if (image.reference !== undefined || source === undefined) throw nothingBuilt(image.reference);
  const resolved = resolve(name, { ...server, source: path.resolve(root, source) });
  writeFiles(resolved.source, source, eject(resolved, image, buildSecrets));
  process.stdout.write(
    `The image of ${name} is built from them from now on: ${invocation("up", stackOption(stack))}\n`,
  );
}

/** Writes files that are not there, all or none. */
function writeFiles(folder: string, shown: string, files: ReturnType<typeof eject>): void {
  const taken = files.filter((file) => existsSync(path.join(folder, file.path)));
  if (taken.length > 0) throw exists(taken.map((file) => file.path));
  for (const file of files) {
    const to = path.join(folder, file.path);
    mkdirSync(path.dirname(to), { recursive: true });
    writeFileSync(to, file.text, { flag: "wx" });
  }
  for (const line of written(files.map((file) => file.path))) {
    process.stdout.write(`wrote ${path.join(shown, line)}\n`);
  }
}

/** A server of a stack, with the image settings of the stack beneath its own. Secrets are not read: only names count. */
async function serverOf(root: string, stack: string, name: string) {
  const file = await stackFile(root, stack);
  if (file === undefined) {
    if ((await knownStacks(root)).length === 0) throw new UsageError(`There is no Pulumi.${stack}.yaml in ${root}.`);
    throw await unknownStack(root, stack);
  }
  const { config = {} } = (parseYaml(readFileSync(file, "utf8")) ?? {}) as { config?: Record<string, unknown> };
  if (config["mcp:servers"] === undefined) {
    const fix = invocation("eject", "FOLDER");
    throw new UsageError(`The servers of ${stack} stand in its program, and not in mcp:servers.\n  fix: ${fix}`);
  }
  const { config: known } = shapeOf({ servers: config["mcp:servers"], image: config["mcp:image"] });
  if (!known) {
    const preview = invocation("preview", stackOption(stack));
    throw new UsageError(`${path.basename(file)} is not valid: ${preview} says what is wrong.`);
  }
  const server: Server | undefined = known.servers.find((one) => one.name === name);
  if (server === undefined) {
    const names = known.servers.map((one) => one.name).join(", ");
    throw new UsageError(`There is no server ${name} in the stack ${stack}.\n  known: ${names}`);
  }
  const { buildSecrets = [], ...image } = imageOf(server.image, known.image) ?? {};
  return { server, image, buildSecrets };
}

function nothingBuilt(reference: string | undefined): InvalidInputError {
  const message = "the server's image is not built, so there is no Dockerfile to take over";
  const got = reference === undefined ? "no source" : `image.reference: ${reference}`;
  const fix = "set `source` and remove image.reference, to have the image built";
  return new InvalidInputError([{ path: "eject", message, got, fix }]);
}

function exists(files: string[]): InvalidInputError {
  const found = files.join(", ");
  return new InvalidInputError([
    { path: "eject", message: "a file exists already and is not overwritten", got: found, fix: `move ${found} away` },
  ]);
}

/** What was written, one line for each file and each folder. */
function written(files: string[]): string[] {
  const inside = new Map<string, number>();
  for (const file of files) {
    const [top = file] = file.split("/");
    inside.set(top, (inside.get(top) ?? 0) + 1);
  }
  return [...inside].map(([top, count]) => (files.includes(top) ? top : `${top} (${count} files)`));
}
