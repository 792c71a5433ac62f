import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { parse } from "yaml";
import { McpLogging, McpMonitoring } from "../../../components";
import { eventually } from "../../support/eventually";
import { runWithMocks, secretValue, settled } from "../../support/mocks";
import {
  header,
  inputsOf,
  named,
  outputs,
  PASSWORD,
  REMOTE_IMAGE,
  run,
  SHIPPER,
  VOLUME,
  variables,
} from "./loggingSupport";

describe("McpLogging", function () {
  this.timeout(20_000);

  it("is Elasticsearch, Logstash, Kibana and a shipper, each from an image of one version", async () => {
    const { resources } = await run();
    assert.deepEqual(
      resources
        .filter(({ type }) => type === REMOTE_IMAGE)
        .map(({ inputs }) => inputs.name)
        .sort(),
      [
        "docker.elastic.co/elasticsearch/elasticsearch:9.4.1",
        "docker.elastic.co/kibana/kibana:9.4.1",
        "docker.elastic.co/logstash/logstash:9.4.1",
        "otel/opentelemetry-collector-contrib:0.155.0",
      ],
    );
    assert.deepEqual(
      resources
        .filter(({ type }) => type === VOLUME)
        .map(({ inputs }) => inputs.name)
        .sort(),
      ["elasticsearch", "kibana", "log-shipper", "logstash"].map((name) => `mcp-test-${name}-data`),
    );
  });

  it("takes the version of the guidelines", async () => {
    const { resources } = await run({ version: "8.8.0" });
    for (const name of ["elasticsearch", "logstash", "kibana"]) {
      assert.equal(inputsOf(resources, `${name}-image`).name, `docker.elastic.co/${name}/${name}:8.8.0`);
    }
  });

  it("runs Elasticsearch as one node with security, its password in no argument", async () => {
    const { resources } = await run();
    const { command, envs, user, tmpfs, ports, memory, healthcheck, readOnly, capabilities, mounts } = inputsOf(
      resources,
      "elasticsearch-container",
    );
    const [shell, flag, script, zero, ...settings] = command;
    assert.deepEqual([shell, flag, zero], ["/bin/sh", "-c", "sh"]);
    assert.equal(
      script,
      [
        "set -eu",
        "export ES_PATH_CONF=/tmp/config ES_TMPDIR=/tmp/java",
        'mkdir -p "$ES_PATH_CONF" "$ES_TMPDIR"',
        'cp -r /usr/share/elasticsearch/config/. "$ES_PATH_CONF"',
        'mkdir -p "$ES_PATH_CONF/jvm.options.d"',
        `printf '%s\\n' -Xlog:disable -Xlog:all=warning:stderr:utctime,level,tags > "$ES_PATH_CONF/jvm.options.d/gc.options"`,
        "printf '%s' \"$ELASTIC_PASSWORD\" | /usr/share/elasticsearch/bin/elasticsearch-keystore add -x -f bootstrap.password >/dev/null",
        'exec /usr/share/elasticsearch/bin/elasticsearch "$@"',
      ].join("\n"),
    );
    assert.deepEqual(settings, [
      "-Ediscovery.type=single-node",
      "-Ecluster.name=mcp-logs",
      "-Enetwork.host=0.0.0.0",
      "-Expack.security.enabled=true",
      "-Expack.security.enrollment.enabled=false",
      "-Expack.security.http.ssl.enabled=false",
      "-Expack.ml.enabled=false",
      "-Ecluster.routing.allocation.disk.watermark.low=2gb",
      "-Ecluster.routing.allocation.disk.watermark.high=1gb",
      "-Ecluster.routing.allocation.disk.watermark.flood_stage=512mb",
      "-Enode.store.allow_mmap=false",
    ]);
    assert.deepEqual(variables(envs), { ELASTIC_PASSWORD: "elastic-password-value-of-32-characters" });
    assert.deepEqual([user, memory, readOnly], ["1000:0", 1536, true]);
    assert.deepEqual(capabilities, { drops: ["ALL"], adds: [] });
    assert.deepEqual(tmpfs, {
      "/tmp": "rw,exec,nosuid,nodev,size=128m,mode=1777",
      "/usr/share/elasticsearch/logs": "rw,noexec,nosuid,nodev,size=64m,mode=1777",
    });
    assert.deepEqual(ports, [{ internal: 9200, external: 9200, ip: "127.0.0.1", protocol: "tcp" }]);
    assert.deepEqual(mounts, [
      { type: "volume", source: "mcp-test-elasticsearch-data", target: "/usr/share/elasticsearch/data" },
    ]);
    assert.deepEqual(healthcheck, {
      tests: [
        "CMD",
        "/bin/sh",
        "-c",
        "printf 'user = \"elastic:%s\"' \"$ELASTIC_PASSWORD\" | curl -fsS -o /dev/null -m 5 -K - 'http://127.0.0.1:9200/_cluster/health?wait_for_status=yellow&timeout=1s'",
      ],
      interval: "10s",
      timeout: "5s",
      retries: 3,
      startPeriod: "3m0s",
    });
    assert.equal(inputsOf(resources, "elasticsearch-ready").timeoutSeconds, 180);
  });

  it("sets up users and indices as the superuser, with passwords as secrets", async () => {
    const { resources } = await run({ retentionDays: 7, index: "team-logs" });
    const { url, username, password, steps, triggers, timeoutSeconds, service } = inputsOf(
      resources,
      "elasticsearch-setup",
    );
    assert.deepEqual(
      { url, username, triggers, timeoutSeconds, service },
      {
        url: "http://127.0.0.1:9200",
        username: "elastic",
        triggers: ["elasticsearch-container-id"],
        timeoutSeconds: 120,
        service: "elasticsearch",
      },
    );
    assert.equal(secretValue(password), "elastic-password-value-of-32-characters");
    const requests = (secretValue(steps) as { method: string; path: string }[]).map(
      ({ method, path }) => `${method} ${path}`,
    );
    assert.deepEqual(requests, [
      "POST /_security/user/kibana_system/_password",
      "PUT /_security/role/mcp-logs-writer",
      "PUT /_security/user/mcp-logs-writer",
      "PUT /_security/role/mcp-logs-reader",
      "PUT /_security/user/mcp-logs-reader",
      "PUT /_ilm/policy/team-logs",
      "PUT /_index_template/team-logs",
    ]);
  });

  it("hands files to Logstash and Kibana by variables, and runs them without their entry points", async () => {
    const { resources } = await run();
    const logstash = inputsOf(resources, "logstash-container");
    const own = variables(logstash.envs);
    assert.deepEqual(
      { user: own.ELASTICSEARCH_USERNAME, password: own.ELASTICSEARCH_PASSWORD, java: own.LS_JAVA_OPTS },
      { user: "mcp-logs-writer", password: "log-writer-password-value-of-32-characters", java: "-Xms512m -Xmx512m" },
    );
    assert.ok(!JSON.stringify(logstash.command).includes("value-of-32"));
    assert.ok(own.MCP_FILE_1?.includes('hosts => ["http://elasticsearch:9200"]'));
    assert.ok(logstash.entrypoints[2].includes("> '/tmp/mcp/mcp.conf'"));
    assert.deepEqual(logstash.command, [
      "/bin/sh",
      "-c",
      [
        "set -eu",
        "mkdir -p /tmp/settings",
        "cp -r /usr/share/logstash/config/. /tmp/settings",
        "cp /tmp/mcp/logstash.yml /tmp/settings/",
        "exec /usr/share/logstash/bin/logstash --path.settings /tmp/settings --path.data /usr/share/logstash/data -f /tmp/mcp/mcp.conf",
      ].join("\n"),
    ]);
    assert.deepEqual([logstash.ports, logstash.readOnly, logstash.user], [undefined, false, "1000:0"]);

    const kibana = inputsOf(resources, "kibana-container");
    assert.deepEqual(kibana.tmpfs, {
      "/tmp": "rw,noexec,nosuid,nodev,size=64m",
      "/usr/share/kibana/logs": "rw,noexec,nosuid,nodev,size=16m,mode=1777",
      "/usr/share/kibana/plugins": "rw,noexec,nosuid,nodev,size=16m,mode=1777",
    });
    assert.deepEqual(kibana.command, ["/usr/share/kibana/bin/kibana", "--config=/tmp/mcp/kibana.yml"]);
    const config = parse(variables(kibana.envs).MCP_FILE_0 ?? "");
    assert.equal(config["elasticsearch.password"], "kibana-password-value-of-32-characters");
    assert.equal(config["server.publicBaseUrl"], "http://127.0.0.1:5601");
    assert.deepEqual(kibana.ports, [{ internal: 5601, external: 5601, ip: "127.0.0.1", protocol: "tcp" }]);
    assert.deepEqual(inputsOf(resources, "kibana-setup").triggers, ["kibana-container-id"]);
  });

  it("lets the shipper read the log files and nothing else", async () => {
    const { resources } = await run();
    const { user, mounts, command, envs, capabilities, readOnly, healthcheck, tmpfs } = inputsOf(
      resources,
      "log-shipper-container",
    );
    assert.deepEqual(mounts, [
      { type: "volume", source: "mcp-test-log-shipper-data", target: "/var/lib/otelcol" },
      { type: "bind", source: "/var/lib/docker/containers", target: "/var/log/containers", readOnly: true },
    ]);
    assert.deepEqual([user, readOnly, capabilities], ["0:0", true, { drops: ["ALL"], adds: [] }]);
    assert.deepEqual(command, ["--config=env:SHIPPER_CONFIG", "--feature-gates=stanza.synchronousLogEmitter"]);
    const { SHIPPER_CONFIG = "", ...others } = variables(envs);
    assert.deepEqual(others, {
      GOMEMLIMIT: "204MiB",
      SHIPPER_HEADER_0: `Basic ${Buffer.from("shipper:log-shipper-password-value-of-32-characters").toString("base64")}`,
    });
    const { exporters, receivers } = parse(SHIPPER_CONFIG);
    assert.deepEqual(exporters.otlp_http.headers, { Authorization: header(0) });
    assert.equal(exporters.otlp_http.logs_endpoint, "http://logstash:4318/v1/logs");
    assert.deepEqual(receivers.file_log.include[0], "/var/log/containers/*/*-json.log");
    assert.deepEqual([healthcheck, tmpfs], [undefined, { "/tmp": "rw,noexec,nosuid,nodev,size=64m" }]);
    const { url, command: inside } = inputsOf(resources, "log-shipper-ready");
    assert.deepEqual([url, inside], ["http://127.0.0.1:13133/", undefined]);
  });

  it("starts each once what it needs is ready", async () => {
    const { resources } = await run();
    const order = resources.map(({ name }) => name);
    const isBefore = (first: string, then: string) =>
      assert.ok(order.indexOf(first) < order.indexOf(then), `${first}, ${then}`);
    isBefore("elasticsearch-ready", "elasticsearch-setup");
    isBefore("elasticsearch-setup", "logstash-container");
    isBefore("elasticsearch-setup", "kibana-container");
    isBefore("kibana-ready", "kibana-setup");
    isBefore("logstash-ready", "log-shipper-container");
  });

  it("shows in a preview what the shipper will do", async () => {
    const { resources } = await run({ destination: { otlp: { url: "http://c:4318" } } }, true);
    const { envs } = inputsOf(resources, "log-shipper-container");
    const { exporters } = parse(variables(envs).SHIPPER_CONFIG ?? "");
    assert.equal(exporters.otlp_http.logs_endpoint, "http://c:4318/v1/logs");
  });

  it("tells where the logs are, and who may read them", async () => {
    const { result } = await run({ elasticsearch: { port: 9201 }, kibana: { port: 5602 } });
    assert.deepEqual(
      await Promise.all([
        settled(result.elasticsearchUrl),
        settled(result.kibanaUrl),
        settled(result.networkUrl),
        settled(result.readerName),
      ]),
      ["http://127.0.0.1:9201", "http://127.0.0.1:5602", "http://elasticsearch:9200", "mcp-logs-reader"],
    );
    assert.equal(await settled(result.password), "elastic-password-value-of-32-characters");
    assert.equal(await settled(result.readerPassword), "log-reader-password-value-of-32-characters");
  });

  it("is shown by Grafana, which may read it and no more", async () => {
    const { resources } = await runWithMocks(
      () => {
        const { networkUrl, readerName, readerPassword } = new McpLogging("logging", { network: "net", ...SHIPPER });
        const logs = {
          url: networkUrl.apply((url) => url ?? ""),
          index: "team-*",
          username: readerName,
          password: readerPassword,
        };
        new McpMonitoring("monitoring", { network: "net", servers: [], logs });
      },
      { outputs },
    );
    // Its dashboards are long in the making.
    await eventually(async () => void named(resources, "grafana-container"));
    const { envs } = inputsOf(resources, "grafana-container");
    const files = Object.values(
      Object.fromEntries((secretValue(envs) as string[]).map((entry) => entry.split(/=(.*)/s))),
    );
    const [, datasource] = parse(String(files.find((file) => String(file).includes("datasources:")))).datasources;
    const { url, basicAuthUser, secureJsonData, jsonData } = datasource;
    assert.deepEqual([url, basicAuthUser, jsonData.index], ["http://elasticsearch:9200", "mcp-logs-reader", "team-*"]);
    assert.deepEqual(secureJsonData, { basicAuthPassword: "log-reader-password-value-of-32-characters" });
  });

  it("asks for no passwords without security", async () => {
    const { resources, result } = await run({ security: false });
    const { command, envs } = inputsOf(resources, "elasticsearch-container");
    assert.ok(command.includes("-Expack.security.enabled=false"));
    assert.ok(!command[2].includes("keystore"));
    assert.deepEqual(envs, []);
    assert.deepEqual(
      (inputsOf(resources, "elasticsearch-setup").steps as { path: string }[]).map(({ path }) => path),
      ["/_ilm/policy/mcp-logs", "/_index_template/mcp-logs"],
    );
    assert.ok(!(variables(inputsOf(resources, "logstash-container").envs).MCP_FILE_1 ?? "ELASTIC").includes("ELASTIC"));
    assert.deepEqual(
      resources.filter(({ type }) => type === PASSWORD).map(({ name }) => name),
      ["log-shipper-password", "kibana-encryption-key"],
    );
    assert.equal(await settled(result.password), undefined);
    assert.equal(await settled(result.readerName), undefined);
  });

  it("leaves out Kibana", async () => {
    const { resources, result } = await run({ kibana: { enabled: false } });
    assert.ok(!resources.some(({ name }) => name.startsWith("kibana-") && name !== "kibana-password"));
    assert.equal(await settled(result.kibanaUrl), undefined);
  });

  it("refuses outputs where they would decide which resources there are", () => {
    const later = pulumi.output(true);
    for (const [args, path] of [
      [{ security: later }, "security"],
      [{ kibana: { enabled: later } }, "kibana.enabled"],
      [{ destination: pulumi.output({}) }, "destination"],
    ] as const) {
      assert.throws(() => new McpLogging("logging", { network: "net", ...args }), {
        message: [
          `${path}: depends on another resource, but it decides which resources exist and must be known at preview`,
          "  got:     an output",
          "  allowed: a plain value",
          "  fix:     pass outputs in the fields below it",
        ].join("\n"),
      });
    }
  });
});
