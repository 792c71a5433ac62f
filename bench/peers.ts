import { finish } from "./child";
import { ComposeProject, composeServices } from "./compose";
import { cleanUp, docker, needCompose, needDocker, needPlugins, PREFIX, removeVolumes, writtenTag } from "./docker";
import { dockerConfig, makeServers, type StackServer } from "./dockerStack";
import { BenchEngine, type Way } from "./engine";
import { firstAnswer, nobodyListens } from "./firstAnswer";
import { type Comparison, compare } from "./measure";
import type { Benchmark, Settings } from "./settings";
import { example, Workspace } from "./workspace";

const GOAL = 1;

/**
 * From the command to the first answered tools/call of an image that exists already: `up` against an empty program's
 * and compose. Neither side builds anything or looks at a source.
 */
export const peers: Benchmark = {
  name: "peers",
  summary: "`up` of a ready image to the first tools/call against an empty program's `up` and docker compose",
  async run(settings: Settings): Promise<Comparison[]> {
    needDocker();
    await needPlugins();
    needCompose();
    const found: Comparison[] = [];
    // With the preview of a plain `pulumi up`, and without it.
    for (const [name, choose] of CASES) found.push(await measureServer(name, choose, settings));
    return found;
  },
};

type Choose = (ways: Way[]) => Way | undefined;

const plainest: Choose = (ways) => ways[0];
const withoutPreview: Choose = (ways) => ways.at(-1);
const CASES: [server: string, Choose][] = [
  ["node-server", plainest],
  ["node-server", withoutPreview],
  ["python-server", plainest],
];

async function measureServer(name: string, choose: Choose, { runs, progress }: Settings): Promise<Comparison> {
  const workspace = new Workspace();
  const engine = await BenchEngine.open(workspace);
  const way = choose(engine.ways);
  if (!way) throw new Error("There is no way to run the engine.");
  const servers = await makeServers([example(name)]);
  const port = servers[0]?.port ?? 0;
  const own = workspace.ownProject("own", servers, dockerConfig(false));
  const empty = workspace.project("empty", "export {};\n", "module.exports = async () => ({});\n");
  const title = `first call of a ready image, ${name} (${way})`;
  try {
    progress(`${title}: building the image`);
    for (const root of [own, empty]) await engine.createStack(root);
    await finish(engine.up(own, way));
    await engine.destroy(own);
    removeVolumes();
    workspace.configure(
      own,
      servers.map((server) => ofImage(server, readyImage(own, server.name))),
      dockerConfig(false),
    );
    const compose = new ComposeProject(workspace.folder, composeServices(own, servers, { redis: false, built: true }));
    const ends: number[] = [];
    const subject = async () => {
      await nobodyListens(port);
      const started = performance.now();
      const ended = finish(engine.up(own, way));
      const took = await Promise.race([firstAnswer(port, started), ended.then(() => firstAnswer(port, started))]);
      ends.push((await ended).milliseconds);
      await engine.destroy(own);
      removeVolumes();
      return took;
    };
    const reference = async () => {
      await nobodyListens(port);
      const bare = (await finish(engine.up(empty, way))).milliseconds;
      const started = performance.now();
      await finish(compose.up());
      const took = bare + (await firstAnswer(port, started));
      await finish(compose.down());
      return took;
    };
    const found = await compare(
      { name: "up, ready image", run: subject },
      { name: "empty up + docker compose up -d", run: reference },
      { title, runs, goal: GOAL, progress },
    );
    return {
      ...found,
      notes: [
        `\`up\` itself ends after ${ends
          .slice(1)
          .map((ms) => (ms / 1000).toFixed(1))
          .join(", ")} s`,
      ],
    };
  } finally {
    await engine.destroy(own).catch(() => {});
    cleanUp();
    workspace.remove();
  }
}

/** The image that an `up` built, under a name with a version as published images have it. */
function readyImage(own: string, name: string): string {
  const reference = `${PREFIX}/${name}:1.0.0`;
  docker("tag", writtenTag(own, name), reference);
  return reference;
}

/** The server without its source. */
const ofImage = ({ name, port }: StackServer, reference: string) => ({ name, port, image: { reference } });
