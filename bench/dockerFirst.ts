import { readFileSync, writeFileSync } from "node:fs";
import { finish } from "./child";
import { ComposeProject, composeServices } from "./compose";
import { type DevStack, withDevStack } from "./devStack";
import { needCompose, removeVolumes, writtenContext } from "./docker";
import { dockerConfig } from "./dockerStack";
import { type Comparison, compare, comparison } from "./measure";
import type { Benchmark, Settings } from "./settings";
import { STACK } from "./workspace";

/** Against compose and the `up` of an empty program, which any program of Pulumi costs. */
const GOAL = 1.25;
const BUILD_GOAL = 1.2;

/** Without cached layers one run takes half a minute. */
const COLD_RUNS = 3;

/** The first `up` of the dev stack against compose, its images ready. */
export const dockerFirst: Benchmark = {
  name: "docker-first",
  summary: "first `up` of the dev stack, images ready, against docker compose",
  run(settings: Settings) {
    needCompose();
    return withDevStack(settings, first);
  },
};

/** The same, its images built by it. */
export const dockerBuild: Benchmark = {
  name: "docker-build",
  summary: "first `up` of the dev stack, images built by it, against docker compose",
  run(settings: Settings) {
    needCompose();
    return withDevStack(settings, async (stack) => {
      await stack.engine.destroy(stack.own);
      removeVolumes();
      return [await firstWithBuild(stack)];
    });
  },
};

/** Images are built already: what is timed is getting them to run. */
async function first(stack: DevStack): Promise<Comparison[]> {
  const { workspace, engine, own, servers, way, settings } = stack;
  await engine.destroy(own);
  removeVolumes();
  const compose = new ComposeProject(workspace.folder, composeServices(own, servers, { redis: true, built: true }));
  const empty = workspace.project("empty", "export {};\n", "module.exports = async () => ({});\n");
  await engine.createStack(empty);
  const bare: number[] = [];
  const composeSide = {
    name: "docker compose up -d --wait",
    run: async () => {
      bare.push((await finish(engine.up(empty, way))).milliseconds);
      return composeUp(compose, "--wait");
    },
  };
  const title = "first up of the dev stack, images built";
  const { runs, progress } = settings;
  const subject = { name: `dev stack (${way})`, run: () => upAndDestroy(stack) };
  const found = await compare(subject, composeSide, { title, runs, progress });
  const both = found.reference.samples.map((took, index) => took + (bare[index + 1] ?? Number.NaN));
  const beside = comparison(
    { title: `${title}, beside an empty program`, goal: GOAL },
    [found.subject.name, found.subject.samples],
    ["docker compose and the `up` of an empty program", both],
  );
  return [found, beside];
}

/** No layer is there but the bases': both sides build the same Dockerfiles, with a build argument that is new each time. */
async function firstWithBuild(stack: DevStack): Promise<Comparison> {
  const { workspace, engine, own, servers, settings } = stack;
  let builds = 0;
  const refresh = () => {
    const image = { refresh: `own-${STACK}-${builds++}` };
    workspace.configure(own, servers, dockerConfig(true, { "mcp:image": image }));
  };
  refresh();
  await finish(engine.preview(own)); // It writes Dockerfiles with that argument, for compose.
  const subject = async () => {
    refresh();
    return upAndDestroy(stack);
  };
  const reference = async () => {
    const services = composeServices(own, servers, { redis: true, built: false });
    for (const { name } of servers) freshDockerfile(own, name, `compose-${STACK}-${builds++}`);
    return composeUp(new ComposeProject(workspace.folder, services), "--wait", "--build");
  };
  return compare(
    { name: "dev stack", run: subject },
    { name: "docker compose up -d --wait --build", run: reference },
    {
      title: "first up of the dev stack, images built by it",
      runs: COLD_RUNS,
      warmUp: false,
      goal: BUILD_GOAL,
      notes: ["downloaded packages are cached on both sides"],
      progress: settings.progress,
    },
  );
}

async function upAndDestroy({ engine, own, way }: DevStack): Promise<number> {
  const { milliseconds } = await finish(engine.up(own, way));
  await engine.destroy(own);
  removeVolumes();
  return milliseconds;
}

async function composeUp(compose: ComposeProject, ...options: string[]): Promise<number> {
  try {
    return (await finish(compose.up(...options))).milliseconds;
  } finally {
    await finish(compose.down());
  }
}

/** The Dockerfile beside the context gets another build argument, so that nothing of it is cached. */
function freshDockerfile(own: string, server: string, value: string): void {
  const { dockerfile } = writtenContext(own, server);
  const text = readFileSync(dockerfile, "utf8").replaceAll(/^ARG REFRESH=.*$/gm, `ARG REFRESH="${value}"`);
  writeFileSync(dockerfile, text);
}
