import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { parse } from "yaml";
import { configProblems } from "../../../cli/compose/checkConfig";
import { readCompose } from "../../../cli/compose/composeFile";
import { findingLine } from "../../../cli/compose/findings";
import { importConfig } from "../../../cli/compose/importConfig";
import { removeFolders } from "../../support/folder";
import { importFile, project, run } from "./composeProject";

/** A compose file that nothing has to be told about. */
const SMALL = "services: { app: { build: ., mem_limit: 512m } }\n";
const CANARY = "canary-s3cret-41d7";

/** Config and findings of services, without a file. */
function imported(
  compose: string,
  namesInFile: (file: string) => string[] | undefined = () => undefined,
  files: Record<string, string> = {},
) {
  const root = project(compose, files);
  const result = importConfig(readCompose(compose, "docker-compose.yml"), {
    folder: path.join(root, "server"),
    root,
    stack: "dev",
    project: "app",
    namesInFile,
  });
  const [server] = result.config["mcp:servers"];
  const [service] = result.config["mcp:services"] ?? [];
  return {
    ...result,
    server,
    service,
    lines: result.findings.map(findingLine),
    problems: configProblems(result, root),
  };
}

const serverWith = (yaml: string) => imported(`services:\n  app:\n    build: .\n${indented(yaml)}`);
const serviceWith = (yaml: string, image = "postgres:17.6") =>
  imported(`services:\n  app:\n    build: .\n  db:\n    image: ${image}\n${indented(yaml)}`);
const indented = (yaml: string) => yaml.replace(/^(?=.)/gm, "    ");

describe("mcp-deploy import", () => {
  after(() => {
    removeFolders();
    pulumi.runtime.setAllConfig({});
  });

  describe("servers", () => {
    it("takes name, source, Dockerfile, build arguments, platform and port", () => {
      const { server, secrets, lines, problems } = imported(
        `
services:
  My_Server:
    build:
      context: .
      dockerfile: docker/Dockerfile.prod
      args: { PIP_INDEX_URL: https://pypi.example.com/simple, NPM_TOKEN: ${CANARY} }
      target: final
    platform: linux/arm64
    ports: ["127.0.0.1:8000:8000", "9000:9000/udp"]
    mem_limit: 1g
    cpus: 1.5
`,
        undefined,
        { "server/docker/Dockerfile.prod": "FROM python:3.11-slim\nUSER 10001\n" },
      );
      assert.deepEqual(server, {
        name: "my-server",
        source: "server",
        port: 8000,
        metricsPort: 9090,
        resources: { cpuLimit: 1.5, memoryLimit: "1Gi" },
        image: {
          dockerfile: "docker/Dockerfile.prod",
          buildSecrets: ["NPM_TOKEN"],
          buildArgs: { PIP_INDEX_URL: "https://pypi.example.com/simple" },
          platform: "linux/arm64",
        },
      });
      assert.deepEqual(secrets, ["NPM_TOKEN"]);
      assert.deepEqual(lines, [
        "My_Server.build.target: final: there is no setting for it; have it in the Dockerfile, or leave it out",
        "My_Server.ports: 9000/udp: only TCP is published; leave it out",
        "My_Server.name: my-server: names are lower-case DNS labels; use it where others connect to this service",
      ]);
      assert.deepEqual(problems, []);
    });

    it("takes the path of a health check that asks over HTTP", () => {
      const { server, lines } = serverWith(
        "mem_limit: 512m\nhealthcheck:\n  test: curl -fs http://localhost:8080/health || exit 1\n  interval: 1m30s\n  timeout: 500ms\n",
      );
      assert.deepEqual(server?.health, {
        intervalSeconds: 90,
        timeoutSeconds: 1,
        readinessPath: "/health",
        livenessPath: "/health",
      });
      assert.deepEqual(lines, []);
    });

    it("keeps limits and timings below the defaults valid", () => {
      const { server, lines, problems } = serverWith(
        "mem_limit: 128m\ncpus: 0.1\nhealthcheck: { interval: 5s, retries: 2 }\n",
      );
      assert.deepEqual(server, {
        name: "app",
        source: "server",
        resources: { cpuLimit: 0.1, memoryLimit: "128Mi", cpuReservation: 0.1, memoryReservation: "128Mi" },
        health: { intervalSeconds: 5, retries: 2, timeoutSeconds: 5 },
      });
      assert.deepEqual([lines, problems], [[], []]);
      assert.deepEqual(serverWith("mem_limit: 1g\nhealthcheck: { interval: 5s, timeout: 30s }\n").lines, [
        "app.healthcheck.timeout: 30s: a check ends before the next one starts: 5 s; raise intervalSeconds and timeoutSeconds if that is short",
      ]);
    });

    it("takes the ports that the deployment sets itself out of the variables", () => {
      const { server, problems } = serverWith(
        "environment:\n  PORT: 8085\n  METRICS_PORT: '9091'\n  FASTMCP_PORT: 8085\n",
      );
      assert.deepEqual(server, { name: "app", source: "server", port: 8085, metricsPort: 9091 });
      assert.deepEqual(problems, []);
    });

    it("names ports that can't stay as they are", () => {
      assert.deepEqual(serverWith("mem_limit: 512m\nports: ['80:80']\n").lines, [
        "app.ports: 0.0.0.0:80: it is published on 127.0.0.1 only; put a proxy in front of it for others",
        "app.ports: 80: ports below 1024 need root, and servers run without it; let the server listen on PORT, 8080 by default",
      ]);
      assert.deepEqual(
        serverWith(
          "mem_limit: 512m\nports:\n  - { target: 8080, published: '9000', host_ip: 127.0.0.1 }\n  - 8100-8110\n",
        ).lines,
        [
          "app.ports: 8100-8110: this is no single port with a number; set the port in the config",
          "app.ports: 9000:8080: a port is published under its own number; connect to 8080, or set `port: 9000` if it can listen there",
        ],
      );
    });

    it("takes a source that is mounted as development", () => {
      const { server, lines, problems } = serverWith("mem_limit: 512m\nvolumes: ['./:/app', '../data:/data']\n");
      assert.deepEqual(server?.develop, { mount: true });
      assert.deepEqual(lines, [
        "app.volumes: ./:/app: it is mounted read-only, and the server restarts when a file changes; leave `develop` out where this is not for development",
        "app.volumes: ../data:/data: folders of the machine are not mounted; have it in the server's folder, which is copied into the image",
      ]);
      assert.deepEqual(problems, []);
    });

    it("leaves out a server whose source is elsewhere, with one line", () => {
      const { config, lines } = imported("services:\n  a:\n    build: https://git.example.com/a.git\n    tty: true\n");
      assert.deepEqual(config["mcp:servers"], []);
      assert.deepEqual(lines, [
        "a.build.context: https://git.example.com/a.git: the source is not on this machine; check it out, and add an entry for it",
      ]);
    });
  });

  describe("variables", () => {
    it("makes secrets of what looks like one, of interpolations and of names without a value", () => {
      const { server, secrets } = serverWith(`environment:
  - API_KEY=\${API_KEY}
  - DB=postgres://app:\${DB_PASSWORD}@db/app
  - FROM_SHELL
  - SIGNING_KEY=${CANARY}
  - CACHE_URL=https://user:${CANARY}@cache.example.com
  - TOKEN_1=${CANARY}
  - MAX_TOKENS=4096
  - LEVEL=\${LEVEL:-info}
  - PRICE=$$5
`);
      assert.deepEqual(server?.env, { MAX_TOKENS: "4096", LEVEL: "info", PRICE: "$5" });
      assert.deepEqual(secrets, ["API_KEY", "CACHE_URL", "DB", "FROM_SHELL", "SIGNING_KEY", "TOKEN_1"]);
    });

    it("reads the names of an env file, and not its values", () => {
      const { server, lines } = imported(
        "services:\n  app:\n    build: .\n    mem_limit: 512m\n    env_file: .env\n",
        () => ["A", "B"],
      );
      assert.deepEqual(server?.secrets, ["A", "B"]);
      assert.deepEqual(lines, ["app.env_file: .env: its variables are secrets now: A, B; move what is none to `env`"]);
    });

    it("replaces a secret file by a secret variable", () => {
      const { service } = serviceWith("environment:\n  POSTGRES_PASSWORD_FILE: /run/secrets/pw\n");
      assert.deepEqual(service?.secrets, ["POSTGRES_PASSWORD"]);
    });

    it("waits for the Redis that a variable leads to, and says which variables lack its password", () => {
      const { server, lines, problems } = imported(
        "services:\n  cache:\n    image: redis:7.4-alpine\n  app:\n    build: .\n    mem_limit: 512m\n    environment: { CACHE: redis://cache:6379/1 }\n",
      );
      assert.deepEqual(server?.services, ["cache"]);
      assert.deepEqual(lines, [
        "app.environment.CACHE: redis://cache:6379/1: Redis has a password now, which is not in it; let the server connect by REDIS_URL",
      ]);
      assert.deepEqual(problems, []);
    });
  });

  describe("services", () => {
    it("takes image, variables, volume, port, health command, command, user, capabilities and limits", () => {
      const { service, problems, secrets } = serviceWith(`container_name: team-db
command: postgres -c "max_connections=50"
environment: { POSTGRES_DB: app, POSTGRES_PASSWORD: ${CANARY} }
volumes: ["pg:/var/lib/postgresql/data"]
ports: ["127.0.0.1:5432:5432"]
user: "999:999"
cap_add: [CHOWN]
read_only: true
deploy: { resources: { limits: { cpus: "1", memory: 256M } } }
healthcheck: { test: ["CMD-SHELL", "pg_isready -d $$POSTGRES_DB"] }
`);
      assert.deepEqual(service, {
        name: "db",
        image: "postgres:17.6",
        command: ["postgres", "-c", "max_connections=50"],
        env: { POSTGRES_DB: "app" },
        secrets: ["POSTGRES_PASSWORD"],
        volume: "/var/lib/postgresql/data",
        publish: 5432,
        health: ["sh", "-c", "pg_isready -d $POSTGRES_DB"],
        user: "999:999",
        capabilities: ["CHOWN"],
        memoryLimit: "256Mi",
        cpuLimit: 1,
        containerName: "team-db",
      });
      assert.deepEqual(secrets, ["POSTGRES_PASSWORD"]);
      assert.deepEqual(problems, []);
    });

    it("names an image that is not pinned, which the config refuses", async () => {
      const compose =
        "services:\n  app: { build: . }\n  db: { image: postgres:latest, user: '999', mem_limit: 512m }\n";
      const { code, out, err } = await importFile(compose);
      assert.equal(code, 1);
      assert.equal(parse(out).config["mcp:services"][0].image, "postgres:latest");
      assert.match(err, /db\.image: postgres:latest: it is not pinned, and would change by itself; write the version/);
      assert.match(err, /To mend before `up`:\nmcp:services\[0\]\.image: /);
    });

    it("publishes Redis where compose does", () => {
      const { service, lines, problems } = serviceWith("ports: ['127.0.0.1:6380:6379']\n", "redis:7-alpine");
      assert.deepEqual(service, { name: "db", kind: "redis", publish: 6380 });
      assert.deepEqual(
        lines.filter((line) => line.startsWith("db")),
        [],
      );
      assert.deepEqual(problems, []);
    });

    it("does without a Redis tag that moves, and keeps one of another version", () => {
      assert.deepEqual(serviceWith("", "redis").service, { name: "db", kind: "redis" });
      assert.deepEqual(serviceWith("", "redis:7.4.1").service, { name: "db", kind: "redis", image: "redis:7.4.1" });
    });

    it("does not write a command or a health check whose value nobody knows", () => {
      const { service, lines } = serviceWith(
        'user: "999"\nmem_limit: 512m\ncommand: serve --key $' +
          '{PRIVATE}\nhealthcheck: { test: "ping $' +
          '{HOST_NAME}" }\n',
      );
      assert.deepEqual([service?.command, service?.health], [undefined, undefined]);
      assert.deepEqual(
        lines.map((line) => line.split(":")[0]),
        ["app.mem_limit", "db.command", "db.healthcheck.test"],
      );
    });
  });

  it("names everything that a compose file can say and that is not carried over", () => {
    const keys = {
      privileged: true,
      network_mode: "host",
      links: ["db"],
      restart: "always",
      networks: ["front", "back"],
      pid: "host",
      devices: ["/dev/ttyUSB0"],
      cap_add: ["SYS_ADMIN"],
      read_only: false,
      command: "python other.py",
      user: "root",
      labels: { team: "a" },
      tmpfs: ["/run"],
      ulimits: { nofile: 1024 },
      logging: { driver: "syslog" },
      stop_grace_period: "1m",
      some_new_key: 1,
      volumes: ["/var/run/docker.sock:/var/run/docker.sock", "data:/data", ".:/app:ro"],
      deploy: { replicas: 3 },
      depends_on: ["other"],
    };
    const { lines, server } = serverWith(
      `${Object.entries(keys)
        .map(([key, value]) => `${key}: ${JSON.stringify(value)}`)
        .join("\n")}\n`,
    );
    assert.deepEqual(server, { name: "app", source: "server", develop: { mount: true } });
    const named = lines.map((line) => /^app\.(\w+)/.exec(line)?.[1]);
    for (const key of Object.keys(keys)) assert.ok(named.includes(key), `${key} is lost without a word`);
    assert.equal(named.filter((key) => key === "volumes").length, 3);
    for (const line of lines) assert.match(line, /^[^\n]+: [^\n]+: [^\n]+; [^\n]+$/);
  });

  it("is silent about what each container gets anyway", () => {
    const { lines } = serverWith(
      'mem_limit: 512m\nrestart: unless-stopped\ninit: true\nread_only: true\nprivileged: false\ncap_drop: [ALL]\nsecurity_opt: ["no-new-privileges:true"]\npids_limit: 256\ntmpfs: /tmp\nnetworks: [default]\nlogging: { driver: json-file, options: { max-size: 10m, max-file: "3" } }\nx-note: 1\n',
    );
    assert.deepEqual(lines, []);
  });

  it("never prints the value of a secret", async () => {
    const { out, err } = await importFile(`
services:
  app:
    build: { context: ., args: { NPM_TOKEN: ${CANARY} } }
    environment: { API_KEY: ${CANARY}, PLAIN_URL: "https://u:${CANARY}@x.example.com" }
    command: serve --token ${CANARY}
    labels: { auth: ${CANARY} }
  cache:
    image: redis:7-alpine
    command: redis-server --requirepass ${CANARY}
    environment: { REDIS_PASSWORD: ${CANARY} }
`);
    assert.ok(!out.includes(CANARY) && !err.includes(CANARY), out + err);
    assert.match(err, /app\.command: \(not shown\): /);
  });

  it("writes a new file with --write, and never over one that is there", async () => {
    const root = project(SMALL);
    const { code, out, err } = await run(root, "server/docker-compose.yml", "--stack", "team", "--write");
    assert.deepEqual([code, out, err], [0, "", "Wrote Pulumi.team.yaml.\n"]);
    const file = path.join(root, "Pulumi.team.yaml");
    const text = readFileSync(file, "utf8");
    assert.match(text, /^# yaml-language-server: \$schema=node_modules\/pulumi-mcp-deploy\/config\.schema\.json\n/);
    assert.equal(parse(text).config["mcp:target"], "docker");
    writeFileSync(file, "mine");
    const refused = await run(root, "server/docker-compose.yml", "--stack", "team", "--write");
    const fix = "npx mcp-deploy import FILE --stack ANOTHER --write";
    assert.equal(refused.err, `error: Pulumi.team.yaml is there already, and is not overwritten.\n  fix: ${fix}\n`);
    assert.equal(refused.code, 1);
    assert.equal(readFileSync(file, "utf8"), "mine");
    assert.ok(!existsSync(path.join(root, "Pulumi.dev.yaml")));
  });

  it("says where a file is broken, and what is no compose file", async () => {
    const fails = async (compose: string, message: RegExp) => {
      const { code, out, err } = await importFile(compose);
      assert.deepEqual([code, out], [1, ""]);
      assert.match(err, message);
    };
    await fails("services:\n  a: [\n", /^error: server\/docker-compose\.yml:3:1: this is no valid YAML/);
    await fails("a: 1\n", /there is no mapping of services/);
    await fails("services: { a: 1 }\n", /services\.a: this is no mapping/);
    assert.match((await run(project(SMALL), "nope.yml")).err, /There is no file nope\.yml that can be read\./);
  });
});
