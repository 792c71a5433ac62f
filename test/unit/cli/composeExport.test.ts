import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parse, stringify } from "yaml";
import { exportFile } from "../../../cli/compose/exportFile";
import { findingLine } from "../../../cli/compose/findings";
import { exportState } from "../../../cli/export";
import { commandBody } from "../../support/commandLine";
import { needCompose } from "../../support/compose";
import { makeFolder, removeFolders } from "../../support/folder";
import { CANARIES, type RecordedResource, recordedResources, secret, stateOf } from "./composeState";

/** Exports a state, the recorded one or a changed one. */
function exported(change: (of: (name: string) => RecordedResource, all: RecordedResource[]) => void = () => {}) {
  const resources = recordedResources();
  const of = (name: string) =>
    resources.find(({ urn, id }) => urn.endsWith(`::${name}`) && id !== undefined) ?? assert.fail(`no ${name}`);
  change(of, resources);
  const result = exportFile(stateOf(resources), "dev") ?? assert.fail("nothing was exported");
  return { ...result, file: parse(result.text), lines: result.findings.map(findingLine) };
}

/** Runs the command on a state. */
const run = (json: string, folder: string, file?: string) => commandBody(folder, () => exportState(json, "dev", file));

const HARDENED = {
  restart: "unless-stopped",
  init: true,
  read_only: true,
  tmpfs: ["/tmp:rw,noexec,nosuid,nodev,size=64m"],
  cap_drop: ["ALL"],
  security_opt: ["no-new-privileges:true"],
  cpus: 0.5,
  mem_limit: "512m",
  memswap_limit: "512m",
  stop_grace_period: "15s",
  pids_limit: 256,
  logging: { driver: "json-file", options: { "max-file": "3", "max-size": "10m" } },
};

/** Keys that a service of a compose file may have, of those that an export can write. Source: compose-spec.json. */
const ALLOWED = new Set([
  ...Object.keys(HARDENED),
  ..."cap_add command container_name cpu_shares cpuset depends_on dns dns_opt dns_search domainname entrypoint".split(
    " ",
  ),
  ..."environment extra_hosts group_add healthcheck hostname image ipc labels mem_reservation network_mode".split(" "),
  ..."networks pid ports privileged runtime shm_size stdin_open stop_signal sysctls tty ulimits user".split(" "),
  ..."userns_mode volumes working_dir".split(" "),
]);

/** What `docker compose config` makes of a file. */
function composeConfig(text: string, env: Record<string, string>): string {
  const file = path.join(makeFolder({ "compose.yaml": text }), "compose.yaml");
  const args = ["compose", "--file", file, "config", "--format", "json"];
  return execFileSync("docker", args, { encoding: "utf8", env: { ...process.env, ...env }, stdio: "pipe" });
}

describe("mcp-deploy export", () => {
  after(removeFolders);

  it("writes Redis of a recorded state", () => {
    const { redis } = exported().file.services;
    assert.deepEqual(redis, {
      image: "redis@sha256:15cc07afea915837abbca3997afcdbbabe906f18a4769fde5a4420b403a1e49e",
      container_name: "mcp-dev-redis",
      command: [
        "sh",
        "-c",
        'umask 077; printf "requirepass %s\\nappendonly yes\\ndir /data\\n" "$$REDIS_PASSWORD" > /tmp/redis.conf; exec redis-server /tmp/redis.conf',
      ],
      user: "999",
      ...HARDENED,
      healthcheck: {
        test: ["CMD", "sh", "-c", 'REDISCLI_AUTH="$$REDIS_PASSWORD" redis-cli ping | grep -q PONG'],
        interval: "10s",
        timeout: "5s",
        start_period: "30s",
        retries: 3,
      },
      environment: { REDIS_PASSWORD: "$" + "{REDIS_PASSWORD:?set REDIS_PASSWORD}" },
      networks: { network: null },
      volumes: [{ type: "volume", source: "redis-data", target: "/data" }],
    });
  });

  it("writes a server of a recorded state", () => {
    const { file, findings, variables } = exported();
    const { healthcheck, ...server } = file.services["python-server"];
    assert.deepEqual(server, {
      image: "sha256:70ca7241ee77ebd368f4afc10c67a5c4d3a32b4526dfd612ac03e5267f2e359d",
      container_name: "mcp-dev-python-server",
      ...HARDENED,
      cpu_shares: 256,
      mem_reservation: "256m",
      labels: { "io.modelcontextprotocol.server.name": "python-server" },
      ports: ["127.0.0.1:8080:8080"],
      environment: {
        API_KEY: "$" + "{API_KEY:?set API_KEY}",
        FASTMCP_HOST: "0.0.0.0",
        FASTMCP_PORT: "8080",
        FASTMCP_STREAMABLE_HTTP_PATH: "/mcp",
        FASTMCP_TRANSPORT: "http",
        HOST: "0.0.0.0",
        LOG_LEVEL: "INFO",
        METRICS_HOST: "0.0.0.0",
        METRICS_PORT: "8000",
        PORT: "8080",
        PRICE: "$$5",
        REDIS_URL: "redis://:$" + "{REDIS_PASSWORD:?set REDIS_PASSWORD}@redis:6379",
      },
      networks: { network: null },
      volumes: [{ type: "volume", source: "python-server-logs", target: "/app/logs" }],
      depends_on: { redis: { condition: "service_healthy" } },
    });
    assert.deepEqual(healthcheck.test.slice(0, 2), ["CMD", "python"]);
    assert.deepEqual(
      { ...healthcheck, test: [] },
      { test: [], interval: "30s", timeout: "10s", start_period: "40s", retries: 3 },
    );
    assert.deepEqual(findings, []);
    assert.deepEqual(Object.fromEntries(variables), { API_KEY: "python-server", REDIS_PASSWORD: "redis" });
  });

  it("writes network and volumes under their own names, the volumes as outliving compose", () => {
    const { file, text } = exported();
    assert.equal(file.name, "mcp-dev");
    assert.deepEqual(Object.keys(file.services), ["node-server", "python-server", "redis"]);
    assert.deepEqual(file.networks, { network: { name: "mcp-dev" } });
    assert.deepEqual(file.volumes, {
      "node-server-logs": { name: "node-server-logs-2a0c07e", external: true },
      "python-server-logs": { name: "python-server-logs-5ec3537", external: true },
      "redis-data": { name: "mcp-dev-redis-data", external: true },
    });
    assert.match(
      text,
      /^# Written by mcp-deploy export from the state of the stack dev\.\n# Set in the environment or in a file \.env beside this one: API_KEY, REDIS_PASSWORD\.\n# The volumes must exist/,
    );
    assert.match(text, /image: sha256:70ca\w+ # mcp\/python-server:70685d8c2fc1\n/);
  });

  it("is accepted by docker compose config, which reads the same from it", function () {
    needCompose(this);
    const { text } = exported();
    const config = composeConfig(text, { REDIS_PASSWORD: "pw", API_KEY: "key" });
    const { services, volumes } = JSON.parse(config);
    const server = services["python-server"];
    assert.equal(server.mem_limit, String(512 * 1024 ** 2));
    assert.equal(server.environment.REDIS_URL, "redis://:pw@redis:6379");
    assert.equal(server.environment.PRICE, "$$5");
    assert.deepEqual(server.depends_on, { redis: { condition: "service_healthy", required: true } });
    assert.deepEqual(server.ports, [
      { mode: "ingress", host_ip: "127.0.0.1", target: 8080, published: "8080", protocol: "tcp" },
    ]);
    assert.equal(volumes["redis-data"].external, true);
    assert.throws(() => composeConfig(text, { API_KEY: "key" }), /set REDIS_PASSWORD/);
  });

  it("writes no key that compose does not know", () => {
    const { file } = exported((of) => {
      Object.assign(of("redis-container").inputs ?? {}, EVERYTHING);
    });
    for (const service of Object.values<object>(file.services)) {
      assert.deepEqual(
        Object.keys(service).filter((key) => !ALLOWED.has(key)),
        [],
      );
    }
  });

  it("writes nothing that compose refuses", function () {
    needCompose(this);
    const { file } = exported((of) => {
      Object.assign(of("redis-container").inputs ?? {}, EVERYTHING);
    });
    const config = composeConfig(stringify(file), { REDIS_PASSWORD: "pw", API_KEY: "key" });
    assert.equal(JSON.parse(config).services.redis.extra_hosts[0], "db=10.0.0.1");
  });

  it("names what compose has no counterpart for, and what holds a secret", () => {
    const { lines, text } = exported((of) => {
      Object.assign(of("redis-container").inputs ?? {}, {
        gpus: "all",
        logOpts: secret({ token: "canary-log-token" }),
        labels: [{ label: "x", value: `a ${CANARIES.apiKey}` }],
      });
    });
    assert.deepEqual(lines, [
      "redis.logOpts: left out: its value holds a secret; write it by hand, from a variable",
      "redis.gpus: left out: compose has no counterpart that is known here; write it by hand",
      "redis.labels: left out: its value holds a secret; write it by hand, from a variable",
    ]);
    assert.ok(!text.includes("canary"));
  });

  it("never writes a secret, wherever else its value stands", async () => {
    const { text } = exported((of) => {
      const container = of("node-server-container");
      Object.assign(container.inputs ?? {}, { envs: ["PLAIN=1", `COPY=${CANARIES.password}`] });
    });
    assert.match(text, /COPY: \$\{COPY:\?set COPY\}/);
    const { out, err } = await run(stateOf(recordedResources()), makeFolder());
    for (const canary of Object.values(CANARIES)) {
      assert.ok(!text.includes(canary) && !out.includes(canary) && !err.includes(canary), canary);
    }
  });

  it("treats every variable as a secret of which no config says otherwise", () => {
    const { file } = exported((_, all) => {
      const settings = all.find(({ type }) => type.startsWith("pulumi:providers:pulumi-nodejs"));
      if (settings) settings.inputs = {};
    });
    const { environment } = file.services["python-server"];
    assert.equal(environment.PRICE, "$" + "{PRICE:?set PRICE}");
    assert.equal(environment.PORT, "8080");
  });

  it("asks for a secret once for all that have it, and apart where its values differ", () => {
    const { variables } = exported((of) => {
      Object.assign(of("node-server-container").inputs ?? {}, { envs: secret(["API_KEY=another-canary"]) });
    });
    assert.deepEqual([...variables.keys()].sort(), ["NODE_SERVER_API_KEY", "PYTHON_SERVER_API_KEY", "REDIS_PASSWORD"]);
  });

  it("waits for a service that a component depends on, by its start where it has no health check", () => {
    const { file } = exported((of, all) => {
      for (const resource of all) {
        if (resource.urn.endsWith("::node-server-container")) resource.dependencies = [];
      }
      delete of("redis-container").inputs?.healthcheck;
      of("redis-container").outputs = { healthcheck: { tests: ["NONE"] } };
    });
    assert.deepEqual(file.services["node-server"].depends_on, { redis: { condition: "service_started" } });
    assert.equal(file.services.redis.healthcheck, undefined);
  });

  it("names the servers that have no container, and writes what a bridge and development set in clear", () => {
    const { lines, file } = exported((of, all) => {
      all.push(
        { urn: "urn:pulumi:dev::mcp::mcp:index:McpProcess::local", type: "mcp:index:McpProcess" },
        { urn: "urn:pulumi:dev::mcp::mcp:index:McpContainer::on-demand", type: "mcp:index:McpContainer" },
      );
      const envs = ["MCP_BRIDGE_IDLE_SECONDS=300", "DEBUG=true", "KEY=canary-key-1"];
      Object.assign(of("node-server-container").inputs ?? {}, { envs: secret(envs) });
    });
    assert.deepEqual(lines, [
      "local: left out: it runs as a process of this machine; its stack output says how it is started",
      "on-demand: left out: its clients start its container themselves; its stack output says how it is started",
    ]);
    assert.deepEqual(file.services["node-server"].environment, {
      DEBUG: "true",
      KEY: "$" + "{KEY:?set KEY}",
      MCP_BRIDGE_IDLE_SECONDS: "300",
    });
  });

  it("deploys a pushed image by its digest, and leaves out what waits for its deletion", () => {
    const digest = `registry.example.com/mcp/node-server@sha256:${"a".repeat(64)}`;
    const { file } = exported((of, all) => {
      of("node-server-container").inputs = { ...of("node-server-container").inputs, image: secret(digest) };
      all.push({ ...of("redis-container"), urn: "urn:pulumi:dev::mcp::x::old-container", delete: true });
    });
    assert.equal(file.services["node-server"].image, digest);
    assert.equal(Object.keys(file.services).length, 3);
  });

  it("writes a pulled image by its digest, with the tag that it came by and the command that replaces its own", () => {
    const digest = `ghcr.io/acme/weather@sha256:${"b".repeat(64)}`;
    const { text, file } = exported((of) => {
      const [pulled, container] = [of("redis-image"), of("node-server-container")];
      pulled.outputs = { ...pulled.outputs, name: "ghcr.io/acme/weather:1.4.2", repoDigest: digest };
      container.inputs = { ...container.inputs, image: digest, command: ["serve", "$x"] };
    });
    const { image, command } = file.services["node-server"];
    assert.deepEqual([image, command], [digest, ["serve", "$$x"]]);
    assert.ok(text.includes(`image: ${digest} # ghcr.io/acme/weather:1.4.2\n`), text);
  });

  it("writes the file of --file, over an older export and over nothing else", async () => {
    const folder = makeFolder();
    const file = path.join(folder, "compose.yaml");
    const json = stateOf(recordedResources());
    const { code, out, err } = await run(json, folder, "compose.yaml");
    assert.deepEqual([code, out], [0, ""]);
    assert.equal(
      err,
      "Wrote compose.yaml.\nVariables to set for compose, in the environment or in .env:\n  API_KEY                  for python-server\n  REDIS_PASSWORD           for redis\n",
    );
    const written = readFileSync(file, "utf8");
    assert.equal((await run(json, folder, "compose.yaml")).code, 0);
    assert.equal(readFileSync(file, "utf8"), written);
    writeFileSync(file, "services: {}\n");
    const refused = await run(json, folder, "compose.yaml");
    assert.match(refused.err, /^error: compose\.yaml is there already and no export of ours/);
    assert.equal(refused.code, 1);
    assert.equal(readFileSync(file, "utf8"), "services: {}\n");
  });

  it("goes over an export of before, which npm run compose:export wrote", async () => {
    const folder = makeFolder({
      "compose.yaml": "# Written by npm run compose:export from the state of the stack dev.\n",
    });
    assert.equal((await run(stateOf(recordedResources()), folder, "compose.yaml")).code, 0);
  });

  it("says so when a stack has no containers", async () => {
    const { code, err } = await run(stateOf([]), ".");
    const message = "The stack dev has no containers.\n  fix: name one with the target docker: --stack NAME";
    assert.deepEqual([code, err], [1, `error: ${message}\n`]);
  });
});

/** Every input that an export can write, with a value of its own. */
const EVERYTHING = {
  hostname: "h",
  domainname: "example.com",
  entrypoints: ["/entry"],
  workingDir: "/w",
  groupAdds: ["audio"],
  privileged: true,
  capabilities: { drops: ["ALL"], adds: ["CAP_CHOWN"] },
  cpuShares: 512,
  cpuSet: "0",
  memorySwap: -1,
  memoryReservation: 128,
  shmSize: 128,
  stopSignal: "SIGINT",
  stdinOpen: true,
  tty: true,
  ipcMode: "private",
  pidMode: "host",
  runtime: "runc",
  usernsMode: "host",
  sysctls: { "net.core.somaxconn": "1024" },
  dns: ["10.0.0.2"],
  dnsOpts: ["ndots:1"],
  dnsSearches: ["example.com"],
  hosts: [{ host: "db", ip: "10.0.0.1" }],
  ulimits: [{ name: "nofile", soft: 1024, hard: 2048 }],
  ports: [
    { internal: 53, external: 5353, ip: "::1", protocol: "udp" },
    { internal: 80 },
    { internal: 81, external: 8181, protocol: "tcp" },
  ],
  mounts: [{ type: "bind", source: "/srv", target: "/srv", readOnly: true }],
  networksAdvanced: [{ name: "mcp-dev", aliases: ["redis", "cache"], ipv4Address: "172.20.0.9" }],
};
