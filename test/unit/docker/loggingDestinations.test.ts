import assert from "node:assert/strict";
import { parse } from "yaml";
import { McpLogging } from "../../../components";
import { type Registered, secretValue, settled } from "../../support/mocks";
import { CONTAINER, header, inputsOf, run, SETUP, variables } from "./loggingSupport";

describe("McpLogging into what is there already", function () {
  this.timeout(20_000);
  const containers = (resources: Registered[]) =>
    resources.filter(({ type }) => type === CONTAINER).map(({ name }) => name);

  it("an Elasticsearch: Logstash writes into it, its indices are set up, its users are not", async () => {
    const { resources, result } = await run({
      destination: {
        elasticsearch: { url: "https://logs.example.com:9200", username: "shipper", password: "canary" },
      },
    });
    assert.deepEqual(containers(resources), ["logstash-container", "log-shipper-container"]);
    const { url, username, password, steps, triggers } = inputsOf(resources, "elasticsearch-setup");
    assert.deepEqual([url, username, triggers], ["https://logs.example.com:9200", "shipper", undefined]);
    assert.equal(secretValue(password), "canary");
    assert.deepEqual(
      (steps as { path: string; body: { template?: { settings: object } } }[]).map(({ path, body }) => [
        path,
        body.template?.settings,
      ]),
      [
        ["/_ilm/policy/mcp-logs", undefined],
        ["/_index_template/mcp-logs", { number_of_shards: 1, "index.lifecycle.name": "mcp-logs" }],
      ],
    );
    const own = variables(inputsOf(resources, "logstash-container").envs);
    assert.deepEqual([own.ELASTICSEARCH_USERNAME, own.ELASTICSEARCH_PASSWORD], ["shipper", "canary"]);
    assert.ok(own.MCP_FILE_1?.includes('hosts => ["https://logs.example.com:9200"]'));
    assert.equal(await settled(result.elasticsearchUrl), undefined);
    assert.equal(await settled(result.networkUrl), undefined);
  });

  it("an Elasticsearch that is set up elsewhere", async () => {
    const { resources } = await run({ destination: { elasticsearch: { url: "http://es:9200", setup: false } } });
    assert.ok(!resources.some(({ type }) => type === SETUP));
  });

  it("any endpoint of OTLP, by the shipper alone", async () => {
    const { resources } = await run({
      destination: {
        otlp: {
          url: "https://otlp.example.com",
          headers: { "X-Team": "$mcp" },
          secretHeaders: { Authorization: "Bearer canary", "X-Key": "second" },
        },
      },
    });
    assert.deepEqual(containers(resources), ["log-shipper-container"]);
    const { SHIPPER_CONFIG = "", ...others } = variables(inputsOf(resources, "log-shipper-container").envs);
    assert.deepEqual(others, {
      GOMEMLIMIT: "204MiB",
      SHIPPER_HEADER_0: "Bearer canary",
      SHIPPER_HEADER_1: "second",
    });
    const { otlp_http } = parse(SHIPPER_CONFIG).exporters;
    assert.equal(otlp_http.logs_endpoint, "https://otlp.example.com/v1/logs");
    assert.deepEqual(otlp_http.headers, {
      "X-Team": "$$mcp",
      Authorization: header(0),
      "X-Key": header(1),
    });
  });

  it("a Loki with tenants and passwords", async () => {
    const { resources } = await run({
      destination: { loki: { url: "http://loki:3100/", tenant: "team", username: "me", password: "canary" } },
    });
    const { SHIPPER_CONFIG = "", SHIPPER_HEADER_0 } = variables(inputsOf(resources, "log-shipper-container").envs);
    assert.equal(SHIPPER_HEADER_0, `Basic ${Buffer.from("me:canary").toString("base64")}`);
    const { otlp_http } = parse(SHIPPER_CONFIG).exporters;
    assert.equal(otlp_http.logs_endpoint, "http://loki:3100/otlp/v1/logs");
    assert.deepEqual(otlp_http.headers, { "X-Scope-OrgID": "team", Authorization: header(0) });
  });

  it("refuses a destination that names two places, or none", () => {
    const both = { otlp: { url: "http://c:4318" }, loki: { url: "http://loki:3100" } };
    for (const [destination, got] of [
      [both, "otlp, loki"],
      [{}, "none"],
    ] as const) {
      assert.throws(() => new McpLogging("logging", { network: "net", destination }), {
        message: `destination: has to name one place\n  got:     ${got}\n  allowed: one of elasticsearch, otlp, loki`,
      });
    }
  });
});
