import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import { parseArgs } from "node:util";
import { parse as parseYaml } from "yaml";
import { InvalidInputError } from "../common/errors";
// Not from the index of components/image: that loads the Pulumi SDK.
import { eject } from "../components/image/eject";
import { resolve } from "../components/server/resolve";
import { imageOf } from "../config/image";
import type { Server } from "../config/plain";
import { shapeOf } from "../config/shape";
import { main as run } from "./main";
import { UsageError } from "./options";
import { knownStacks, stackFile, unknownStack } from "./stackConfig";

const USAGE = `Usage: npm run eject -- --server NAME [--stack NAME]

Writes the Dockerfile that is written for a server, and a .dockerignore, into the server's folder. From then on its
image is built from them. Nothing is overwritten.

      --server NAME  the server, by its name in mcp:servers
  -s, --stack NAME   the stack whose settings count. Defaults to dev.
  -h, --help         show this help`;

/**
 * Writes a server's Dockerfile into its folder.
 * @param root folder with the stack's settings, to which sources are relative
 * @returns The exit code: 0, or 2 for bad input.
 */
export async function main(argv: string[], root = process.cwd()): Promise<number> {
  try {
    const { server: name, stack, help } = options(argv);
    if (help) {
      console.log(USAGE);
      return 0;
    }
    const { server, buildSecrets, image } = await serverOf(root, stack, name);
    const { source } = server;
    if (image.reference !== undefined || source === undefined) throw nothingBuilt(image.reference);
    const resolved = resolve(name, { ...server, source: path.resolve(root, source) });
    const files = eject(resolved, image, buildSecrets);
    const taken = files.filter((file) => existsSync(path.join(resolved.source, file.path)));
    if (taken.length > 0) throw exists(taken.map((file) => file.path));
    for (const file of files) {
      const to = path.join(resolved.source, file.path);
      mkdirSync(path.dirname(to), { recursive: true });
      writeFileSync(to, file.text, { flag: "wx" });
    }
    for (const line of written(files.map((file) => file.path))) console.log(`wrote ${path.join(source, line)}`);
    console.log(`The image of ${name} is built from them from now on: npm run up -- --stack ${stack}`);
    return 0;
  } catch (error) {
    if (!(error instanceof InvalidInputError || error instanceof UsageError)) throw error;
    console.error(error.message);
    return 2;
  }
}

function options(argv: string[]): { server: string; stack: string; help: boolean } {
  try {
    const { values } = parseArgs({
      args: argv,
      options: {
        server: { type: "string" },
        stack: { type: "string", short: "s", default: "dev" },
        help: { type: "boolean", short: "h", default: false },
      },
    });
    if (!values.help && !values.server) throw new UsageError("The server is missing: npm run eject -- --server NAME");
    return { server: values.server ?? "", stack: values.stack, help: values.help };
  } catch (error) {
    if (error instanceof TypeError) throw new UsageError(`${error.message}\n${USAGE}`);
    throw error;
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
  const { config: known } = shapeOf({ servers: config["mcp:servers"], image: config["mcp:image"] });
  if (!known) {
    throw new UsageError(
      `${path.basename(file)} is not valid: npm run preview -- --stack ${stack} says what is wrong.`,
    );
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

if (require.main === module) run(() => main(process.argv.slice(2)));

/** What was written, one line for each file and each folder. */
function written(files: string[]): string[] {
  const inside = new Map<string, number>();
  for (const file of files) {
    const [top = file] = file.split("/");
    inside.set(top, (inside.get(top) ?? 0) + 1);
  }
  return [...inside].map(([top, count]) => (files.includes(top) ? top : `${top} (${count} files)`));
}
