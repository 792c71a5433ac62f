import assert from "node:assert/strict";
import { describeWithDocker, docker as engine, removeDockerObjects } from "../support/docker";
import { makeFolder, removeFolders } from "../support/folder";
import { build, buildKitMissing, docker, tryDocker } from "../support/images";
import { callTool } from "../support/mcpClient";
import { dockerConfigOf, TestRegistry } from "../support/registry";
import { freePort, TestStack } from "../support/stack";

const API_KEY = "canary-secret-52e8";

/** An image as others publish them: nothing of this project is in it. Its tool `tell` gives version, arguments and environment. */
const PUBLISHED = {
  Dockerfile:
    'FROM node:22-slim\nARG VERSION\nENV VERSION=$VERSION\nCOPY server.js /srv/\nUSER 1000\nENTRYPOINT ["node", "/srv/server.js"]\n',
  "server.js": `
const { VERSION, GREETING, API_KEY = "" } = process.env;
const told = () => [VERSION, GREETING, API_KEY.length, ...process.argv.slice(2)].join(" ");
const answer = ({ id, method, params = {} }) => {
  const result = (value) => JSON.stringify({ jsonrpc: "2.0", id, result: value });
  const serverInfo = { name: "published", version: VERSION };
  if (method === "initialize") return result({ protocolVersion: params.protocolVersion, capabilities: { tools: {} }, serverInfo });
  if (method === "tools/list") return result({ tools: [{ name: "tell", inputSchema: { type: "object" } }] });
  if (method === "tools/call") return result({ content: [{ type: "text", text: told() }] });
  return JSON.stringify({ jsonrpc: "2.0", id, error: { code: -32601, message: "no such method" } });
};
if (process.argv.includes("--stdio")) {
  require("node:readline").createInterface({ input: process.stdin }).on("line", (line) => {
    const message = JSON.parse(line);
    if (message.id !== undefined) console.log(answer(message));
  });
} else {
  require("node:http").createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    if (request.method !== "POST") return response.writeHead(404).end();
    const message = JSON.parse(body);
    if (message.id === undefined) return response.writeHead(202).end();
    response.setHeader("content-type", "application/json").end(answer(message));
  }).listen(process.env.PORT, process.env.HOST);
}
`,
};

describeWithDocker(
  "images that exist already, on a real engine",
  function () {
    this.timeout(300_000);
    let registry: TestRegistry;
    let stack: TestStack;
    let ports: number[];
    let repository: string;
    let digest: string;
    const published: string[] = [];

    /** Builds a version, pushes it under a tag, and removes it from the engine. Gives its digest. */
    const publish = (version: string, tag = version): string => {
      const name = `${repository}:${tag}`;
      const folder = makeFolder(PUBLISHED);
      build(name, `${folder}/Dockerfile`, folder, { VERSION: version });
      docker("push", "--quiet", name);
      const [pushed = ""] = JSON.parse(docker("image", "inspect", "--format", "{{json .RepoDigests}}", name));
      docker("rmi", name);
      published.push(name, pushed);
      return pushed.split("@")[1] ?? "";
    };
    const servers = (tag = "1.0.0") => [
      { name: "tagged", image: { reference: `${repository}:${tag}` }, port: ports[0], secrets: ["API_KEY"] },
      {
        name: "pinned",
        image: { reference: `${repository}@${digest}` },
        port: ports[1],
        env: { GREETING: "hi" },
        args: ["--fast"],
      },
      {
        name: "launched",
        image: { reference: `${repository}:1.0.0` },
        launchedByClient: true,
        env: { GREETING: "hi" },
        args: ["--stdio"],
      },
    ];
    const configure = async (all: object[] = servers()) => {
      stack.configure(all, { "mcp:target": "docker" });
      await stack.secret("API_KEY", API_KEY);
    };
    const inspect = (name: string) => engine().getContainer(`mcp-${stack.name}-${name}`).inspect();

    before(async function () {
      const started = await TestRegistry.start();
      const missing = buildKitMissing() ?? (started ? undefined : "no docker-registry is installed");
      if (!missing && started) registry = started;
      else if (process.env.CI) throw new Error(missing);
      else {
        console.log(`      skipped: ${missing}`);
        this.skip();
      }
      repository = `${registry.address}/acme/published`;
      ports = [await freePort(), await freePort()];
      digest = publish("1.0.0");
      stack = new TestStack(servers(), { "mcp:target": "docker" });
      await stack.secret("API_KEY", API_KEY);
    });
    after(async () => {
      await stack?.destroy();
      if (stack) await removeDockerObjects(`mcp-${stack.name}`);
      for (const name of published) tryDocker("rmi", "--force", name);
      await registry?.stop();
      removeFolders();
    });

    it("are pulled and run without a build, and a real client calls their tools", async () => {
      await stack.up();
      const { tagged, pinned, launched } = await stack.servers();
      assert.ok(tagged && pinned && launched);
      assert.equal(tagged.url, `http://127.0.0.1:${ports[0]}/mcp`);
      assert.equal(await callTool(tagged, "tell"), `1.0.0  ${API_KEY.length}`);
      assert.equal(await callTool(pinned, "tell"), "1.0.0 hi 0 --fast");
      const state = await stack.state();
      assert.ok(!state.includes("docker:index/image:Image"));
      assert.ok(!state.includes(API_KEY));
    });

    it("are started by clients, where they speak stdio", async () => {
      const launched = await stack.server("launched");
      assert.deepEqual([launched.transport, launched.command], ["stdio", "docker"]);
      assert.deepEqual(launched.args?.slice(-2), [`${repository}@${digest}`, "--stdio"]);
      // GREETING is handed on by name, and this client does not set it.
      assert.equal(await callTool(launched, "tell"), "1.0.0  0 --stdio");
    });

    it("run by digest, whichever way they are named, and as hardened as built ones", async () => {
      for (const name of ["tagged", "pinned"]) {
        const { Config, HostConfig: host } = await inspect(name);
        assert.equal(Config.Image, `${repository}@${digest}`, name);
        assert.deepEqual([host.CapDrop, host.ReadonlyRootfs, host.PidsLimit], [["ALL"], true, 256], name);
        assert.deepEqual(host.SecurityOpt, ["no-new-privileges:true"], name);
      }
    });

    it("change nothing when nothing changed, refreshed or not", async () => {
      const before = [(await inspect("tagged")).Id, (await inspect("pinned")).Id];
      for (const operation of [stack.preview, stack.up, stack.refresh, stack.up]) {
        assert.deepEqual(Object.keys((await operation()).changes), ["same"]);
      }
      assert.deepEqual([(await inspect("tagged")).Id, (await inspect("pinned")).Id], before);
    });

    it("stay what they are when their tag moves in the registry", async () => {
      docker("tag", `${repository}@${digest}`, `${repository}:kept`);
      assert.notEqual(publish("1.0.1", "1.0.0"), digest);
      docker("tag", `${repository}:kept`, `${repository}:1.0.0`);
      docker("rmi", `${repository}:kept`);
      for (const operation of [stack.up, stack.refresh, stack.up]) {
        assert.deepEqual(Object.keys((await operation()).changes), ["same"]);
      }
      assert.match(await callTool(await stack.server("tagged"), "tell"), /^1\.0\.0 /);
    });

    it("roll just the container whose reference changed", async () => {
      publish("1.1.0");
      const pinned = (await inspect("pinned")).Id;
      await configure(servers("1.1.0"));
      const { changes } = await stack.up();
      assert.deepEqual(changes.replace, 2, JSON.stringify(changes));
      assert.match(await callTool(await stack.server("tagged"), "tell"), /^1\.1\.0 /);
      assert.equal((await inspect("pinned")).Id, pinned);
    });

    it("say what is wrong when they are not to be had", async () => {
      await configure([{ name: "tagged", image: { reference: `${repository}:9.9.9` }, port: ports[0] }]);
      assert.match(await stack.failing("up"), /9\.9\.9.*(manifest unknown|not found)/s);
    });

    it("are pulled from a private registry with the login that the provider is told to use", async () => {
      const login = { username: "bot", password: "canary-password-7a10" };
      const closed = await TestRegistry.start(login);
      assert.ok(closed);
      try {
        const name = `${closed.address}/acme/published:1.0.0`;
        const config = dockerConfigOf(closed.address, login);
        docker("tag", `${repository}@${digest}`, name);
        docker("--config", config, "push", "--quiet", name);
        docker("rmi", name);
        published.push(name, `${closed.address}/acme/published@${digest}`);
        const all = [{ name: "tagged", image: { reference: name }, port: ports[0] }];
        stack.env = { DOCKER_CONFIG: config };
        await configure(all);
        assert.match(await stack.failing("up"), /no basic auth credentials/);
        const registryAuth = [{ address: closed.address }];
        stack.configure(all, { "mcp:target": "docker", "docker:registryAuth": registryAuth });
        await stack.up();
        assert.match(await callTool(await stack.server("tagged"), "tell"), /^1\.0\.0 /);
        assert.ok(!(await stack.state()).includes(login.password));
      } finally {
        stack.env = {};
        await closed.stop();
      }
    });

    it("stay on the engine when the stack is destroyed", async () => {
      await configure();
      await stack.up();
      await stack.destroy();
      assert.equal(tryDocker("image", "inspect", `${repository}@${digest}`).code, 0);
      assert.deepEqual(await engine().listContainers({ all: true, filters: { name: [`mcp-${stack.name}`] } }), []);
    });
  },
  ["node:22-slim"],
);
