import assert from "node:assert/strict";
import { cpSync, readFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { ImageLayout } from "../../components/server";
import { describeWithDocker } from "../support/docker";
import { makeFolder, removeFolders, writeFiles } from "../support/folder";
import {
  build,
  buildKitMissing,
  docker,
  filesOf,
  folderSize,
  sizeOf,
  tryDocker,
  uncachedSteps,
} from "../support/images";
import { searchImage } from "../support/layers";
import { callTool } from "../support/mcpClient";
import { writeBelow } from "../unit/image/support";

const REPOSITORY = path.join(__dirname, "../..");
const PREFIX = `mcp-images-${process.pid}`;
const MB = 1_000_000;
const SERVERS = {
  python: {
    folder: "examples/python-server",
    dependencies: "/opt/venv",
    base: "python:3.11-slim",
    alive: "/app/server.py",
  },
  node: {
    folder: "examples/node-server",
    dependencies: "/app/node_modules",
    base: "node:22-slim",
    alive: "/app/index.js",
  },
} as const;
type Kind = keyof typeof SERVERS;

/** As the docker target runs a server, but for its port. */
const HARDENED = [
  ...["--read-only", "--tmpfs", "/tmp:rw,noexec,nosuid,nodev,size=64m", "--cap-drop", "ALL"],
  ...["--security-opt", "no-new-privileges:true", "--publish", "127.0.0.1::8080", "--pids-limit", "256"],
];

/** Writes a server's context and builds its image. */
function buildServer(kind: Kind, layout: ImageLayout, source = path.join(REPOSITORY, SERVERS[kind].folder)): string {
  const project = makeFolder();
  const { context, dockerfile } = writeBelow(project, { source }, { layout }, `${kind}-server`);
  return build(`${PREFIX}/${kind}-${layout}`, path.join(project, dockerfile), path.join(project, context));
}

describeWithDocker("images on a real engine", function () {
  this.timeout(600_000);
  const images = new Map<string, string>();
  const image = (kind: Kind, layout: ImageLayout): string => {
    const key = `${kind}-${layout}`;
    const built = images.get(key) ?? buildServer(kind, layout);
    images.set(key, built);
    return built;
  };

  before(function () {
    const missing = buildKitMissing();
    if (!missing) return;
    if (process.env.CI) throw new Error(missing);
    console.log(`      skipped: ${missing}`);
    this.skip();
  });
  after(() => {
    for (const name of docker("ps", "--all", "--quiet", "--filter", `name=${PREFIX}`).split("\n").filter(Boolean))
      docker("rm", "--force", "--volumes", name);
    for (const name of docker("volume", "ls", "--quiet", "--filter", `name=${PREFIX}`).split("\n").filter(Boolean))
      docker("volume", "rm", name);
    for (const tag of docker("images", "--quiet", `${PREFIX}/*`).split("\n").filter(Boolean))
      tryDocker("rmi", "--force", tag);
    removeFolders();
  });

  for (const kind of Object.keys(SERVERS) as Kind[]) {
    for (const layout of Object.values(ImageLayout)) {
      describe(`${kind}, ${layout}`, () => {
        const name = `${PREFIX}-${kind}-${layout}`;
        const exec = (...command: string[]) => tryDocker("exec", name, ...command);
        let probe: string[];

        before(async () => {
          docker("run", "--detach", "--name", name, ...HARDENED, "--volume", `${name}:/app/logs`, image(kind, layout));
          const test = JSON.parse(docker("inspect", "--format", "{{json .Config.Healthcheck.Test}}", name)) as string[];
          assert.equal(test[0], "CMD", "the health check is no exec form");
          probe = test.slice(1);
          for (let tries = 0; exec(...probe).code !== 0 && tries < 60; tries++) await sleep(250);
        });

        it("runs hardened as a user without a name, passes its health check and answers a tools/call", async () => {
          assert.equal(exec("id", "-u").output.trim(), "10001");
          assert.equal(exec(...probe).code, 0);
          const address = docker("port", name, "8080").split("\n")[0];
          const server = { target: "docker", transport: "http", tools: [], toolsDigest: "" };
          const url = `http://${address}/mcp`;
          assert.equal(await callTool({ ...server, url }, "containerized_tool", { param: "x" }), "Processed: x");
        });

        it("can write its logs on a fresh volume, and nothing else", () => {
          assert.equal(exec("sh", "-c", "echo x > /app/logs/a.log && cat /app/logs/a.log").output.trim(), "x");
          assert.equal(exec("sh", "-c", "echo x > /app/x").code === 0, false);
          assert.equal(exec("sh", "-c", "echo x > /opt/x").code === 0, false);
        });

        it("reaps orphans", async () => {
          const pid = exec("sh", "-c", "sleep 1 > /dev/null 2>&1 & echo $!").output.trim();
          assert.match(exec("grep", "PPid", `/proc/${pid}/status`).output, /PPid:\s+1$/m);
          await sleep(1_500);
          assert.notEqual(exec("test", "-d", `/proc/${pid}`).code, 0, "a zombie is left");
        });

        it("fails its health check while the server hangs", () => {
          const signal = (signum: string) =>
            exec(
              "sh",
              "-c",
              `for p in /proc/[0-9]*; do [ "\${p#/proc/}" != $$ ] && grep -q '^PPid:.*[^0-9]1$' $p/status && kill -${signum} \${p#/proc/}; done; true`,
            );
          signal("STOP");
          assert.notEqual(exec(...probe).code, 0);
          signal("CONT");
          assert.equal(exec(...probe).code, 0);
        });

        it("ends gracefully when it is told to", () => {
          const started = Date.now();
          docker("stop", "--time", "15", name);
          assert.ok(Date.now() - started < 12_000, "it was killed");
          assert.ok(["0", "143"].includes(docker("inspect", "--format", "{{.State.ExitCode}}", name)));
        });

        it("holds what runs and nothing else", () => {
          const stray =
            /\/(uv|uvx)$|\/root\/(\.npmrc|\.(cache|npm)\/.*[^/])$|\/var\/lib\/apt\/lists\/.+|\/app\/(README\.md|\.npmrc|\.env|Dockerfile)/;
          assert.deepEqual(
            filesOf(image(kind, layout)).filter((file) => stray.test(file)),
            [],
          );
        });

        it("is labelled", () => {
          const labels = JSON.parse(
            docker("image", "inspect", "--format", "{{json .Config.Labels}}", image(kind, layout)),
          );
          const own = Object.entries(labels).filter(([label]) => /^(org\.opencontainers\.image|io\.model)/.test(label));
          const { "org.opencontainers.image.revision": revision, ...rest } = Object.fromEntries(own);
          assert.match(String(revision), /^[0-9a-f]{64}$/);
          assert.deepEqual(rest, {
            "io.modelcontextprotocol.server.name": `${kind}-server`,
            "org.opencontainers.image.base.name": SERVERS[kind].base,
            "org.opencontainers.image.title": `${kind}-server`,
          });
        });

        it("is as big as its base, its dependencies and 2 MB, and smaller than the guidelines' own", () => {
          const own = sizeOf(image(kind, layout));
          const base = sizeOf(SERVERS[kind].base);
          const dependencies = folderSize(image(kind, layout), SERVERS[kind].dependencies);
          const file = kind === "node" ? "node" : `python-${layout}`;
          const fixture = path.join(REPOSITORY, `test/fixtures/guidelines/${file}.Dockerfile`);
          const theirs = sizeOf(
            build(`${PREFIX}/guidelines-${file}`, fixture, path.join(REPOSITORY, SERVERS[kind].folder)),
          );
          const figures = [own, base, dependencies, theirs].map((bytes) => (bytes / MB).toFixed(1));
          console.log(
            `        ${figures[0]} MB; base ${figures[1]}, dependencies ${figures[2]}; the guidelines' own ${figures[3]} MB`,
          );
          assert.ok(own <= base + dependencies + 2 * MB);
          assert.ok(own < theirs);
        });
      });
    }
  }

  it("builds nothing but a change of the source anew", () => {
    for (const kind of Object.keys(SERVERS) as Kind[]) {
      const source = path.join(makeFolder(), kind);
      cpSync(path.join(REPOSITORY, SERVERS[kind].folder), source, { recursive: true });
      buildServer(kind, "multi-stage", source);
      writeFiles(source, { [kind === "python" ? "more.py" : "more.js"]: `// ${process.pid} ${Date.now()}` });
      const project = makeFolder();
      const { context, dockerfile } = writeBelow(project, { source }, {}, `${kind}-server`);
      const started = Date.now();
      const tag = `${PREFIX}/${kind}-again`;
      assert.deepEqual(uncachedSteps(tag, path.join(project, dockerfile), path.join(project, context)), ["COPY . ."]);
      console.log(`        ${kind}: ${Date.now() - started} ms for a rebuild after a change of the source`);
    }
  });

  it("keeps a secret of the build out of the image's history, config and each of its layers", async () => {
    const canary = `canary${process.pid}x${Date.now()}`;
    const project = makeFolder();
    const source = path.join(REPOSITORY, SERVERS.python.folder);
    const { context, dockerfile } = writeBelow(project, { source }, { buildArgs: { CANARY: "" } });
    const tag = `${PREFIX}/secret`;
    assert.match(readFileSync(path.join(project, dockerfile), "utf8"), /ARG CANARY\n/);
    build(tag, path.join(project, dockerfile), path.join(project, context), { CANARY: canary });
    const history = docker("history", "--no-trunc", tag);
    assert.ok(history.includes("COPY /opt/venv"), "no history was read");
    assert.ok(!history.includes(canary));
    assert.ok(!docker("image", "inspect", tag).includes(canary));
    const { layers, found } = await searchImage(tag, canary);
    assert.ok(layers.length > 2, `only ${layers.length} layers were searched`);
    assert.deepEqual(found, []);
  });

  it("finds what a later layer removed, so that the search above can fail", async () => {
    const canary = `canary${process.pid}y${Date.now()}`;
    const context = makeFolder({
      secret: canary,
      Dockerfile: "FROM node:22-slim\nCOPY secret /secret\nRUN rm /secret\n",
    });
    const { layers, found } = await searchImage(
      build(`${PREFIX}/removed`, path.join(context, "Dockerfile"), context),
      canary,
    );
    assert.deepEqual(found, [layers.at(-2)]);
  });
});
