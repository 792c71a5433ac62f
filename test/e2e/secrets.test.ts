import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { registryAddress } from "../support/clusterImages";
import { type Declared, declaring } from "../support/declared";
import { describeWithDocker, docker as engine, removeDockerObjects } from "../support/docker";
import { makeFolder, removeFolders } from "../support/folder";
import { describeWithCluster, kubeconfigFile, removeNamespace } from "../support/kubernetes";
import type { ProviderName } from "../support/providers/attach";
import { commandLines, filesBelow, hostMissing, type Language, modeOf, PulumiProject } from "../support/pulumiProject";
import { DOCKERFILE, program } from "../support/quickServer";
import { freePort, REPOSITORY } from "../support/stack";

/** All canaries begin with it: what is found of one is found of all. */
const CANARY = `canary${randomBytes(4).toString("hex")}`;
/** As settings of the stack; one of many lines stands for keys. */
const SETTINGS = {
  one: `${CANARY}-one`,
  nested: `${CANARY}-nested`,
  lines: `-----BEGIN-----\n${CANARY}-first\n${CANARY}-second\n-----END-----`,
};

/** What stands in a program for a setting, or for an output of a resource. */
const from = (reference: string): string => `\${${reference}}`;

/** Every way in which a program hands over a secret. Texts in clear are secret by the schema alone. */
const variables = (later: string) => ({
  secrets: {
    KEY_ONE: from("one"),
    KEY_LINES: from("lines"),
    KEY_LATE: `${from("one")}-${later}`,
    KEY_CLEAR: `${CANARY}-clear`,
  },
  env: { KEY_NESTED: from("nested"), PLAIN: "plain" },
});

/** Shows its secrets wherever a server can, and ends where it is told to. */
const SHOWING = `
const keys = Object.entries(process.env).filter(([key]) => key.startsWith("KEY_"));
for (const [key, value] of keys) console.error(key + "=" + value, JSON.stringify({ [key]: value }));
if (process.env.PLAIN === "failing") process.exit(3);
`;
const STDIO = `${SHOWING}
require("node:readline").createInterface({ input: process.stdin }).on("line", (line) => {
  const { id, method, params } = JSON.parse(line);
  const send = (message) => console.log(JSON.stringify({ jsonrpc: "2.0", id, ...message }));
  if (method === "initialize") {
    send({ result: { protocolVersion: params.protocolVersion, capabilities: { tools: {} }, serverInfo: { name: "s", version: "1" } } });
  } else if (method === "tools/list") send({ result: { tools: [{ name: "greet", inputSchema: { type: "object" } }] } });
  else if (id !== undefined) send({ error: { code: -32601, message: "no such method" } });
});
`;

const MANIFEST = '{ "name": "showing", "version": "1.0.0", "main": "index.js" }';
const httpServer = () =>
  makeFolder({ "package.json": MANIFEST, "index.js": SHOWING + program("hello"), Dockerfile: DOCKERFILE });
const stdioServer = () => makeFolder({ "package.json": MANIFEST, "index.js": STDIO });

interface Target {
  plugins: ProviderName[];
  /** What is deployed, with a server named `web` that can be told to fail. */
  resources(name: string): Promise<Declared>;
  env?: Record<string, string>;
  /** Makes what the resources are put into. */
  prepare?(name: string): Promise<void>;
  settings?: () => Record<string, string>;
  clean(name: string): Promise<void>;
}

const process_: Target = {
  plugins: [],
  resources: async () => ({
    tool: {
      type: "mcp:McpProcess",
      properties: { source: stdioServer(), transport: "stdio", clients: ["cursor"], ...variables("x") },
    },
    web: {
      type: "mcp:McpProcess",
      properties: {
        source: httpServer(),
        transport: "http",
        port: await freePort(),
        ...variables(from("tool.toolsDigest")),
      },
    },
    again: {
      type: "mcp:McpCheck",
      properties: {
        server: "web",
        url: from("web.url"),
        secrets: { KEY_ONE: from("one"), KEY_CLEAR: `${CANARY}-clear` },
      },
    },
  }),
  clean: async () => {},
};

const docker: Target = {
  plugins: ["docker", "random"],
  prepare: async (name) => void (await engine().createNetwork({ Name: name })),
  resources: async (name) => ({
    redis: { type: "mcp:McpRedis", properties: { containerName: `${name}-redis`, network: name } },
    web: {
      type: "mcp:McpContainer",
      properties: {
        source: httpServer(),
        transport: "http",
        port: await freePort(),
        containerName: `${name}-web`,
        image: { buildSecrets: { TOKEN: from("one"), CLEAR: `${CANARY}-clear` } },
        ...variables(from("redis.url")),
      },
    },
  }),
  clean: removeDockerObjects,
};

const kubernetes: Target = {
  plugins: ["docker", "kubernetes", "random"],
  env: { KUBECONFIG: kubeconfigFile },
  settings: () => ({ kubeconfig: `${readFileSync(kubeconfigFile, "utf8")}\n# ${CANARY}-kubeconfig\n` }),
  resources: async (name) => ({
    place: { type: "mcp:McpNamespace", properties: { namespace: name } },
    web: {
      type: "mcp:McpDeployment",
      properties: {
        source: httpServer(),
        transport: "http",
        namespace: from("place.namespace"),
        kubeconfig: from("kubeconfig"),
        registry: { server: registryAddress, namespace: "mcp-test", username: "me", password: from("one") },
        image: { buildSecrets: { TOKEN: from("one"), CLEAR: `${CANARY}-clear` } },
        ...variables(from("place.namespace")),
      },
    },
  }),
  clean: removeNamespace,
};

/** Deploys, changes, breaks, mends, refreshes and destroys it, and looks for canaries in all that is left behind. */
function keepsSecrets(target: Target, language: Language): void {
  it(`in a program in ${language === "yaml" ? "YAML" : "JavaScript"}`, async function () {
    const missing = await hostMissing(language);
    if (missing) {
      console.log(`      skipped: ${missing}`);
      return this.skip();
    }
    const name = `mcp-test-${randomBytes(3).toString("hex")}`;
    const settings = { ...SETTINGS, ...target.settings?.() };
    await target.prepare?.(name);
    const resources = await target.resources(name);
    const project = new PulumiProject(declaring(language, resources, Object.keys(settings), REPOSITORY), {
      PULUMI_DEBUG_COMMANDS: "true", // Has the engine write its events to a file.
      ...target.env,
    });
    const stop = await project.attach(target.plugins);
    mkdirSync(path.join(project.home, ".cursor"));
    const told: Record<string, string> = {};
    const states: string[] = [];
    const tell = async (what: string, ...args: string[]) => {
      const events = path.join(project.home, `${what}.events`);
      const { code, said } = await project.run(...args, "--event-log", events);
      told[what] = said;
      told[`events of ${what}`] = shownEvents(events);
      states.push(await project.succeed("stack", "export"));
      return { code, said };
    };
    /** With a variable of the server's own that is no secret. */
    const configure = (plain: string) => {
      const changed = JSON.parse(JSON.stringify(resources).replaceAll('"PLAIN":"plain"', `"PLAIN":"${plain}"`));
      project.write(declaring(language, changed, Object.keys(settings), REPOSITORY));
    };
    try {
      await project.init(settings);
      const lines = await commandLines(async () => {
        assert.equal((await tell("preview", "preview", "--diff")).code, 0, told.preview);
        assert.equal((await tell("up", "up", "--yes", "--skip-preview")).code, 0, told.up);
        configure("failing");
        const { code, said } = await tell("failing", "up", "--yes", "--diff");
        assert.notEqual(code, 0, said);
        assert.match(said, /\[secret\]/, "the server's own lines are shown, without the secrets");
        configure("mended");
        assert.equal((await tell("mended", "up", "--yes")).code, 0, told.mended);
        assert.equal((await tell("refreshed", "refresh", "--yes")).code, 0, told.refreshed);
      });
      const own = (file: string) => /\/(Pulumi\.yaml|resources\.json|\w+\.events)$/.test(file);
      const files = [...filesBelow(project.root), ...filesBelow(project.home)].filter((file) => !own(file));
      const found = files.filter((file) => isSeen(readFileSync(file, "latin1"), settings));
      // A client reads the variables of what it starts in its own file, which nobody else can read.
      assert.deepEqual(
        found.filter((file) => !(file.includes("/.cursor/mcp.json") && modeOf(file) === "600")),
        [],
      );
      assert.ok(files.some((file) => file.endsWith("server.log")) || target !== process_, "no log was read");
      assert.deepEqual(
        [...lines].filter((line) => isSeen(line, settings)),
        [],
      );
      for (const [what, text] of Object.entries(told)) assert.ok(!isSeen(text, settings), `${what}: ${around(text)}`);
      for (const state of states) assert.ok(!isSeen(state, settings), around(state));
    } finally {
      await project.run("destroy", "--yes", "--skip-preview");
      await target.clean(name);
      await stop();
    }
  });
}

/** What the engine says of an operation, as programs read it. What SDKs log for their own debugging is only shown on demand. */
const shownEvents = (file: string): string =>
  readFileSync(file, "utf8")
    .split("\n")
    .filter((line) => line !== "" && JSON.parse(line).diagnosticEvent?.severity !== "debug")
    .join("\n");

/** Whether a text shows a canary, as it is or as Kubernetes and HTTP write it. */
function isSeen(text: string, settings: Record<string, string>): boolean {
  const encoded = Object.values(settings).map((value) => Buffer.from(value).toString("base64"));
  return [CANARY, ...encoded].some((form) => text.includes(form));
}

const around = (text: string): string => {
  const at = text.indexOf(CANARY);
  return at < 0 ? "in base64" : text.slice(Math.max(0, at - 300), at + 100);
};

describe("secrets, on the real engine", () => {
  after(removeFolders);
  const suite = (target: Target) =>
    function (this: Mocha.Suite) {
      this.timeout(400_000);
      for (const language of ["nodejs", "yaml"] as const) keepsSecrets(target, language);
    };
  describe("of processes are seen nowhere", suite(process_));
  describeWithDocker("of containers are seen nowhere", suite(docker), ["node:22-slim", "redis:7-alpine"]);
  describeWithCluster("of a cluster are seen nowhere", suite(kubernetes), ["node:22-slim"]);
});
