import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build, cleanUp, docker, needDocker, PREFIX, sizeOf } from "./docker";
import { type Comparison, comparison } from "./measure";
import type { Benchmark, Settings } from "./settings";
import { REPOSITORY, Workspace } from "./workspace";
import { writeImage } from "./writtenImage";

const MB = 1_000_000;

/** What an image may hold beyond its base and the server's dependencies. */
const OWN = 2 * MB;

/** The layer of the dependencies in the image that is written. */
const DEPENDENCIES = "COPY /opt/venv|COPY /app/node_modules";

const CASES = [
  { server: "python-server", base: "python:3.11-slim", theirs: ["python-multi-stage", "python-lightweight"] },
  { server: "node-server", base: "node:22-slim", theirs: ["node"] },
];

/** Uncompressed size of the written multi-stage images against the guidelines' own, from the same bases and files. */
export const imageSize: Benchmark = {
  name: "image-size",
  summary: "size of the written images against that of the guidelines' own",
  async run({ progress }: Settings): Promise<Comparison[]> {
    needDocker();
    const workspace = new Workspace();
    try {
      const found: Comparison[] = [];
      for (const { server, base, theirs } of CASES) {
        progress(`image size: building ${server}`);
        const written = writeImage(server, join(REPOSITORY, "examples", server), join(workspace.folder, server));
        const ours = build(`${PREFIX}/${server}`, written.dockerfile, written.context);
        const dependencies = dependenciesOf(ours);
        for (const name of theirs) {
          progress(`image size: building the guidelines' ${name}`);
          const other = buildGuidelines(name, written.context, workspace.folder);
          found.push(compareSizes(server, { ours, base, dependencies }, { name, ...other }));
        }
      }
      return found;
    } finally {
      cleanUp();
      workspace.remove();
    }
  },
};

/** Builds one of the guidelines' Dockerfiles as it is, or else with the one change that a base with a virtual environment needs. */
function buildGuidelines(name: string, context: string, folder: string): { image: string; notes: string[] } {
  const file = join(REPOSITORY, "test", "fixtures", "guidelines", `${name}.Dockerfile`);
  const tag = `${PREFIX}/guidelines-${name}`;
  try {
    return { image: build(tag, file, context), notes: [] };
  } catch (error) {
    if (!/Can not perform a '--user' install/.test(String(error))) throw error;
    const changed = join(folder, `${name}.Dockerfile`);
    writeFileSync(changed, readFileSync(file, "utf8").replace("--user", "--prefix=/root/.local"));
    const note =
      "guidelines: --prefix=/root/.local in place of --user, which this base, a virtual environment, refuses";
    return { image: build(tag, changed, context), notes: [note] };
  }
}

function compareSizes(
  server: string,
  { ours, base, dependencies }: { ours: string; base: string; dependencies: number },
  theirs: { name: string; image: string; notes: string[] },
): Comparison {
  const size = sizeOf(ours);
  const own = size - sizeOf(base) - dependencies;
  return comparison(
    {
      title: `image size, ${server} against the guidelines' ${theirs.name}`,
      unit: "MB",
      goal: 1,
      limit: (sizeOf(base) + dependencies + OWN) / MB,
      notes: [
        `base ${(sizeOf(base) / MB).toFixed(1)} MB, dependencies ${(dependencies / MB).toFixed(1)} MB, all else ${(own / MB).toFixed(1)} MB`,
        ...theirs.notes,
      ],
    },
    ["written", [size / MB]],
    ["guidelines", [sizeOf(theirs.image) / MB]],
  );
}

/** Bytes of the layer with the dependencies, as the engine counts them. */
function dependenciesOf(image: string): number {
  const layers = docker("history", "--no-trunc", "--human=false", "--format", "{{.Size}} {{.CreatedBy}}", image);
  const layer = layers.split("\n").find((line) => new RegExp(DEPENDENCIES).test(line));
  if (layer === undefined) throw new Error(`No layer of dependencies among:\n${layers}`);
  return Number.parseInt(layer, 10);
}
