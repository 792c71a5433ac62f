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
          const file = join(REPOSITORY, "test", "fixtures", "guidelines", `${name}.Dockerfile`);
          const image = build(`${PREFIX}/guidelines-${name}`, file, written.context);
          found.push(compareSizes(server, { ours, base, dependencies }, { name, image }));
        }
      }
      return found;
    } finally {
      cleanUp();
      workspace.remove();
    }
  },
};

function compareSizes(
  server: string,
  { ours, base, dependencies }: { ours: string; base: string; dependencies: number },
  theirs: { name: string; image: string },
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
