import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import type { LogElasticsearchArgs, LogLokiArgs, LogOtlpArgs } from "../../../components";
import { makeFolder } from "../../support/folder";
import { settled } from "../../support/mocks";
import { forget, load as loadSettings, NODE_SERVER, problemsOf } from "./support";

/** A stack for Kubernetes. */
const CLUSTER = { target: "kubernetes", kubernetes: { context: "prod" } };

describe("mcp:logging", () => {
  let source = "";
  before(() => {
    source = makeFolder(NODE_SERVER);
  });
  after(forget);

  function configOf(
    logging: object,
    {
      target = "docker",
      name = "weather",
      secrets = {},
      kubernetes,
    }: { target?: string; name?: string; secrets?: object; kubernetes?: object } = {},
  ) {
    return {
      logging,
      target,
      secrets,
      ...(kubernetes && { kubernetes, registry: { server: "registry.example.com" } }),
      servers: [{ name, source, transport: "http" }],
    };
  }
  const load = (...args: Parameters<typeof configOf>) => loadSettings(configOf(...args)).logging;
  const problems = (...args: Parameters<typeof configOf>) => problemsOf(configOf(...args));

  it("needs nothing", () => {
    assert.deepEqual(load({}), {});
  });

  it("says what McpLogging is given", () => {
    const settings = {
      version: "8.8.0",
      security: false,
      retentionDays: 7,
      index: "team-logs",
      elasticsearch: { image: "elasticsearch:8.8.0", port: 9201, memoryLimit: "2Gi" },
      logstash: { filter: "drop {}", memoryLimit: "2Gi" },
      kibana: { enabled: false },
      shipper: { port: 13134, containersFolder: "/data/docker/containers" },
    };
    assert.deepEqual(load(settings), settings);
  });

  it("takes secrets of destinations from mcp:secrets", async () => {
    const secrets = { PASSWORD: "canary", TOKEN: "Bearer canary" };
    const elasticsearch = load(
      {
        destination: {
          elasticsearch: { url: "http://es:9200", username: "u", passwordSecret: "PASSWORD", setup: false },
        },
      },
      { secrets },
    )?.destination as { elasticsearch: LogElasticsearchArgs };
    const { password, ...others } = elasticsearch.elasticsearch;
    assert.deepEqual(others, { url: "http://es:9200", username: "u", setup: false });
    assert.equal(await settled(password as pulumi.Output<string>), "canary");
    assert.equal(await pulumi.isSecret(password as pulumi.Output<string>), true);

    const otlp = load(
      { destination: { otlp: { url: "http://c:4318", headers: { a: 1 }, secretHeaders: { Authorization: "TOKEN" } } } },
      { secrets },
    )?.destination as { otlp: LogOtlpArgs };
    assert.deepEqual([otlp.otlp.url, otlp.otlp.headers], ["http://c:4318", { a: "1" }]);
    const { Authorization } = otlp.otlp.secretHeaders as Record<string, pulumi.Output<string>>;
    assert.equal(await settled(Authorization as pulumi.Output<string>), "Bearer canary");

    const loki = load(
      { destination: { loki: { url: "http://loki:3100", tenant: "t", username: "u", passwordSecret: "PASSWORD" } } },
      { secrets },
    )?.destination as { loki: LogLokiArgs };
    assert.equal(await settled(loki.loki.password as pulumi.Output<string>), "canary");
  });

  it("asks for secrets that have no value", () => {
    const destination = { otlp: { url: "http://c:4318", secretHeaders: { Authorization: "TOKEN" } } };
    assert.deepEqual(problems({ destination }), [
      {
        path: "mcp:logging.destination.otlp.secretHeaders.Authorization",
        message: "the secret TOKEN has no value",
        allowed: "a value in mcp:secrets.TOKEN",
        fix: "pulumi config set --secret --path 'mcp:secrets.TOKEN' VALUE",
      },
    ]);
  });

  it("says what McpClusterLogging is given", () => {
    const settings = {
      elasticsearch: { volumeSize: "20Gi", storageClass: "fast" },
      logstash: { volumeSize: "2Gi" },
      shipper: { namespace: "log-shippers", podsFolder: "/data/pods", nodeSelector: { pool: "mcp" } },
    };
    assert.deepEqual(load(settings, CLUSTER), settings);
  });

  it("knows which keys mean something in which target", () => {
    const cluster = problems({ elasticsearch: { port: 9201 }, shipper: { containersFolder: "/d" } }, CLUSTER);
    assert.deepEqual(
      cluster.map(({ path, message, allowed }) => [path, message, allowed]),
      ["elasticsearch.port", "shipper.containersFolder"].map((key) => [
        `mcp:logging.${key}`,
        "means nothing in a stack for kubernetes",
        "a stack with mcp:target docker",
      ]),
    );
    const docker = problems({ logstash: { volumeSize: "2Gi" }, shipper: { namespace: "log-shippers" } });
    assert.deepEqual(
      docker.map(({ path }) => path),
      ["mcp:logging.logstash.volumeSize", "mcp:logging.shipper.namespace"],
    );
  });

  it("needs a namespace for the shipper where none is created", () => {
    const kubernetes = { context: "prod", createNamespace: false };
    const [problem, ...others] = problems({}, { ...CLUSTER, kubernetes });
    assert.deepEqual([problem?.path, others], ["mcp:logging.shipper.namespace", []]);
    const shipper = { namespace: "log-shippers" };
    assert.deepEqual(load({ shipper }, { ...CLUSTER, kubernetes }), { shipper });
  });

  it("refuses what can't work in a cluster", () => {
    const paths = (logging: object) => problems(logging, CLUSTER).map(({ path }) => path.replace("mcp:logging.", ""));
    assert.deepEqual(paths({ elasticsearch: { volumeSize: "1Gi" }, logstash: { volumeSize: "lots" } }), [
      "elasticsearch.volumeSize",
      "logstash.volumeSize",
    ]);
    assert.deepEqual(paths({ shipper: { imagePullSecrets: ["registry"] } }), ["shipper.namespace"]);
    assert.deepEqual(paths({ destination: { loki: { url: "http://loki:3100" } } }), ["destination.loki.url"]);
    const inCluster = { url: "http://es.elastic.svc:9200" };
    assert.deepEqual(paths({ destination: { elasticsearch: inCluster } }), ["destination.elasticsearch.setup"]);
    load({ destination: { elasticsearch: { ...inCluster, setup: false } } }, CLUSTER);
    load({ destination: { otlp: { url: "http://[fd00::1]:4318" } } }, CLUSTER);
  });

  it("is for Docker and Kubernetes", () => {
    assert.deepEqual(problems({}, { target: "process" }), [
      {
        path: "mcp:logging",
        message: "means nothing in a stack for process",
        allowed: "a stack with mcp:target docker or kubernetes",
        fix: "remove it; `npm run logs -- SERVER` shows the logs of every target",
      },
    ]);
  });

  it("keeps the names of its containers for itself", () => {
    const [problem, ...others] = problems({}, { name: "kibana" });
    assert.deepEqual([problem?.path, problem?.message], ["mcp:servers[0].name", "kibana is a part of mcp:logging"]);
    assert.deepEqual(others, []);
  });

  it("names one destination, and nothing that it does not use", () => {
    const both = { otlp: { url: "http://c:4318" }, loki: { url: "http://loki:3100" } };
    assert.deepEqual(
      problems({ destination: both }).map(({ path, got }) => [path, got]),
      [["mcp:logging.destination", "otlp, loki"]],
    );
    assert.deepEqual(
      problems({ destination: {} }).map(({ got }) => got),
      ["none"],
    );
    assert.deepEqual(
      problems({ kibana: {}, index: "i", destination: { loki: { url: "http://loki:3100" } } }).map(({ path }) => path),
      ["mcp:logging.kibana", "mcp:logging.index"],
    );
    const destination = { elasticsearch: { url: "http://es:9200", username: "u" } };
    assert.deepEqual(
      problems({ security: true, destination }).map(({ path, message }) => [path, message]),
      [
        ["mcp:logging.security", "means nothing where the logs go to elasticsearch"],
        ["mcp:logging.destination.elasticsearch", "has one of `username` and `passwordSecret`, not both"],
      ],
    );
  });

  it("tells all that is wrong at once, with the known keys", () => {
    const found = problems({ retentionDays: 1.5, index: "Logs", version: 9, shiper: {}, kibana: { prt: 1 } });
    assert.deepEqual(
      found.map(({ path, fix }) => [path, fix]),
      [
        ["mcp:logging.kibana.prt", "did you mean `port`?"],
        ["mcp:logging.shiper", "did you mean `shipper`?"],
        ["mcp:logging.retentionDays", undefined],
      ],
    );
    assert.deepEqual(
      problems({ retentionDays: 1.5, index: "Logs", version: 9 }).map(({ path }) => path),
      ["mcp:logging.version", "mcp:logging.index", "mcp:logging.retentionDays"],
    );
    assert.deepEqual(
      problems({ elasticsearch: { image: "elasticsearch:latest" } }).map(({ path }) => path),
      ["mcp:logging.elasticsearch.image"],
    );
  });
});
