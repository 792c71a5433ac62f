import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { join } from "node:path";
import { type Command, type Outcome, outcome } from "./child";
import { ComposeProject, composeServices } from "./compose";
import { cleanUp, needCompose, needDocker, needPlugins, removeVolumes } from "./docker";
import { dockerConfig, makeServers, type StackServer } from "./dockerStack";
import { BenchEngine } from "./engine";
import { type Comparison, compare } from "./measure";
import type { Benchmark, Settings } from "./settings";
import { example, Workspace } from "./workspace";

/** Within this time a failure is to be told. */
const LIMIT_MS = 10_000;

const LAST_LINE = "bench: no connection to the database";
const UNKNOWN_IMAGE = "mcp-bench/there-is-no-such-image:1";

interface Failure {
  title: string;
  /** Folder of the server. */
  source: string;
  /** Further config, and further services of the compose file. */
  config?: object;
  services?: object;
  /** Makes it fail, and takes that back. */
  during?: (servers: StackServer[]) => Promise<() => Promise<void>>;
  /** What the user has to be told. */
  told: RegExp;
}

/** How long it takes until a failure is told, and whether it is. */
export const failures: Benchmark = {
  name: "failures",
  summary: "time until `up` and docker compose tell of an unknown image, a crash at start, a taken port",
  async run(settings: Settings): Promise<Comparison[]> {
    needDocker();
    await needPlugins();
    needCompose();
    const workspace = new Workspace();
    try {
      const found: Comparison[] = [];
      for (const failure of failuresIn(workspace)) found.push(await measure(workspace, failure, settings));
      return found;
    } finally {
      cleanUp();
      workspace.remove();
    }
  },
};

function failuresIn({ folder }: Workspace): Failure[] {
  const crashing = join(folder, "crashing");
  mkdirSync(crashing);
  cpSync(example("node-server"), crashing, { recursive: true });
  const file = join(crashing, "index.js");
  writeFileSync(file, `${readFileSync(file, "utf8")}\nconsole.error("${LAST_LINE}");\nprocess.exit(3);\n`);
  const source = example("node-server");
  const taken = /port is already allocated|address already in use/i;
  return [
    {
      title: "unknown image",
      source,
      config: { "mcp:services": [{ name: "absent", image: UNKNOWN_IMAGE }] },
      services: { absent: { image: UNKNOWN_IMAGE } },
      // Compose names the service only, where no registry can be reached.
      told: /there-is-no-such-image|absent Error/,
    },
    { title: "crash at start", source: crashing, told: new RegExp(LAST_LINE) },
    { title: "taken port", source, during: ([server]) => takePort(server?.port ?? 0), told: taken },
  ];
}

async function measure(workspace: Workspace, failure: Failure, { runs, progress }: Settings): Promise<Comparison> {
  const { title, source, config = {}, services = {}, during, told } = failure;
  const engine = await BenchEngine.open(workspace);
  const [way] = engine.ways;
  if (!way) throw new Error("There is no way to run the engine.");
  const servers = await makeServers([source]);
  const own = workspace.ownProject(title.replaceAll(" ", "-"), servers, dockerConfig(false, config));
  const outcomes = { own: [] as Outcome[], compose: [] as Outcome[] };
  const run = async (who: "own" | "compose", command: Command) => {
    const undo = await during?.(servers);
    const ended = await outcome(command);
    await undo?.();
    outcomes[who].push(ended);
    return ended.milliseconds;
  };
  try {
    progress(`${title}: building the image`);
    await engine.createStack(own);
    await outcome(engine.preview(own)); // It writes the build context.
    const content = composeServices(own, servers, { redis: false, built: false });
    const compose = new ComposeProject(workspace.folder, {
      ...content,
      services: { ...content.services, ...services },
    });
    const found = await compare(
      {
        name: "up",
        run: async () => {
          const took = await run("own", engine.up(own, way));
          await engine.destroy(own);
          removeVolumes();
          return took;
        },
      },
      {
        name: "docker compose up -d",
        run: async () => {
          const took = await run("compose", compose.up());
          await outcome(compose.down());
          return took;
        },
      },
      { title: `failure: ${title}`, runs, limit: LIMIT_MS, progress },
    );
    return { ...found, notes: [describe("up", outcomes.own, told), describe("compose", outcomes.compose, told)] };
  } finally {
    await engine.destroy(own).catch(() => {});
  }
}

function describe(name: string, outcomes: Outcome[], told: RegExp): string {
  const codes = [...new Set(outcomes.map(({ code }) => code))].join(", ");
  const count = outcomes.filter(({ all }) => told.test(all)).length;
  return `${name}: exit code ${codes}; ${count} of ${outcomes.length} runs showed ${told.source}`;
}

async function takePort(port: number): Promise<() => Promise<void>> {
  const server = await new Promise<Server>((resolve, reject) => {
    const listening = createServer().on("error", reject);
    listening.listen(port, "127.0.0.1", () => resolve(listening));
  });
  return () => new Promise((resolve) => server.close(() => resolve()));
}
