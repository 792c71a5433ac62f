import assert from "node:assert/strict";
import { parse } from "yaml";
import { dockerFiles, dockerOperators, shipperConfig, toLogstash, toLoki, toOtlp } from "../../../components/logging";

const SETTINGS = {
  files: dockerFiles("/var/log/containers"),
  source: dockerOperators("dev"),
  storage: "/var/lib/otelcol",
  healthPort: 13133,
};
const configOf = (endpoint: ReturnType<typeof toOtlp>) => parse(shipperConfig({ ...SETTINGS, endpoint }));

/** Operators without their ids, which say no more than their place. */
const operatorsOf = (config: ReturnType<typeof configOf>): object[] =>
  config.receivers.file_log.operators.map(({ id: _, ...operator }: { id: string }) => operator);

// biome-ignore lint/suspicious/noTemplateCurlyInString: the collector's own syntax of variables
const FROM_VARIABLE = "${env:SHIPPER_HEADER_0}";

const RETRY = { enabled: true, max_interval: "30s", max_elapsed_time: "0s" };
const QUEUE = {
  storage: "file_storage",
  sizer: "bytes",
  queue_size: 268_435_456,
  block_on_overflow: true,
  num_consumers: 2,
  batch: { sizer: "items", min_size: 1_000, max_size: 1_000, flush_timeout: "500ms" },
};

describe("config of the shipper", () => {
  it("keeps its place in the files and what is on its way on a volume, and gives up nothing", () => {
    const config = configOf(toLogstash("http://logstash:4318"));
    const { operators: _, ...receiver } = config.receivers.file_log;
    assert.deepEqual(
      { ...config, receivers: { file_log: receiver } },
      {
        extensions: {
          file_storage: {
            directory: "/var/lib/otelcol",
            recreate: true,
            compaction: { on_start: true, on_rebound: true, directory: "/var/lib/otelcol", cleanup_on_start: true },
          },
          health_check: { endpoint: "0.0.0.0:13133" },
        },
        receivers: {
          file_log: {
            include: ["/var/log/containers/*/*-json.log", "/var/log/containers/*/*-json.log.*"],
            exclude: [
              "/var/log/containers/*/*-json.log.gz",
              "/var/log/containers/*/*-json.log.tmp",
              "/var/log/containers/*/*-json.log.*.gz",
              "/var/log/containers/*/*-json.log.*.tmp",
            ],
            start_at: "beginning",
            storage: "file_storage",
            include_file_name: false,
            include_file_path: true,
            include_file_record_offset: true,
            preserve_trailing_whitespaces: true,
            fingerprint_size: "4kib",
            max_log_size: "1mib",
            retry_on_failure: { enabled: true, max_elapsed_time: "0s" },
          },
        },
        exporters: {
          otlp_http: {
            logs_endpoint: "http://logstash:4318/v1/logs",
            encoding: "json",
            compression: "none",
            retry_on_failure: RETRY,
            sending_queue: QUEUE,
          },
        },
        service: {
          extensions: ["file_storage", "health_check"],
          pipelines: { logs: { receivers: ["file_log"], exporters: ["otlp_http"] } },
          telemetry: { logs: { level: "warn", encoding: "json" }, metrics: { level: "none" } },
        },
      },
    );
  });

  it("takes lines of the stack's servers alone, and makes fields of them", () => {
    const lift = (name: string, condition: string, to = name) => ({
      type: "move",
      if: condition,
      from: `attributes.fields.${name}`,
      to: `attributes.${to}`,
    });
    const text = (name: string, to = name) => lift(name, `type(attributes.fields?.${name}) == "string"`, to);
    assert.deepEqual(operatorsOf(configOf(toLogstash("http://logstash:4318"))), [
      { type: "json_parser", parse_to: "body", on_error: "drop_quiet" },
      {
        type: "filter",
        expr: '(body.attrs ?? {})["pulumi-mcp-deploy.stack"] != "dev" or (body.attrs ?? {})["io.modelcontextprotocol.server.name"] == nil',
      },
      { type: "add", field: "attributes.source", value: 'EXPR(attributes["log.file.path"] + body.stream)' },
      {
        type: "recombine",
        combine_field: "body.log",
        combine_with: "",
        is_last_entry: 'body.log endsWith "\\n"',
        source_identifier: "attributes.source",
        max_log_size: "1mib",
        overwrite_with: "oldest",
      },
      { type: "remove", field: "attributes.source" },
      {
        type: "time_parser",
        parse_from: "body.time",
        layout_type: "gotime",
        layout: "2006-01-02T15:04:05.999999999Z07:00",
      },
      { type: "move", from: "body.time", to: 'attributes["@timestamp"]' },
      { type: "move", from: "body.stream", to: "attributes.stream" },
      { type: "move", from: 'body.attrs["io.modelcontextprotocol.server.name"]', to: "attributes.server" },
      { type: "move", from: 'body.attrs["pulumi-mcp-deploy.stack"]', to: "attributes.stack" },
      { type: "add", field: "attributes.container", value: 'EXPR(split(attributes["log.file.path"], "/")[-2][:12])' },
      { type: "move", from: 'attributes["log.file.record_offset"]', to: "attributes.offset" },
      { type: "remove", field: 'attributes["log.file.path"]' },
      {
        type: "add",
        field: "attributes.id",
        value: 'EXPR(attributes.container + "-" + attributes["@timestamp"] + "-" + string(attributes.offset))',
      },
      { type: "add", field: "attributes.message", value: 'EXPR(trimSuffix(trimSuffix(body.log, "\\n"), "\\r"))' },
      {
        type: "json_parser",
        if: 'attributes.message startsWith "{"',
        parse_from: "attributes.message",
        parse_to: "attributes.fields",
        parse_ints: true,
        on_error: "send_quiet",
      },
      text("msg", "message"),
      ...["timestamp", "level", "logger", "message", "request_id", "method", "tool", "outcome", "error_type"].map(
        (name) => text(name),
      ),
      lift("duration_seconds", 'type(attributes.fields?.duration_seconds) in ["int", "float"]'),
      {
        type: "remove",
        if: "attributes.fields != nil and len(attributes.fields) == 0",
        field: "attributes.fields",
      },
      { type: "add", field: "body", value: "EXPR(toJSON(attributes))" },
      { type: "remove", field: "attributes" },
    ]);
  });

  it("gives each operator an id of its own", () => {
    const ids = configOf(toOtlp("http://c:4318")).receivers.file_log.operators.map(({ id }: { id: string }) => id);
    assert.equal(new Set(ids).size, ids.length);
    assert.deepEqual(ids.slice(0, 3), ["1-json_parser", "2-filter", "3-add"]);
  });

  it("sends to any endpoint of OTLP by the conventions of OpenTelemetry", () => {
    const config = configOf(toOtlp("https://otlp.example.com/", { Authorization: FROM_VARIABLE }));
    assert.deepEqual(config.exporters.otlp_http, {
      logs_endpoint: "https://otlp.example.com/v1/logs",
      encoding: "proto",
      compression: "gzip",
      headers: { Authorization: FROM_VARIABLE },
      retry_on_failure: RETRY,
      sending_queue: QUEUE,
    });
    assert.deepEqual(operatorsOf(config).slice(-11), [
      {
        type: "severity_parser",
        if: "attributes.level != nil",
        parse_from: "attributes.level",
        on_error: "send_quiet",
      },
      { type: "move", from: "attributes.message", to: "body" },
      { type: "move", from: "attributes.server", to: 'resource["service.name"]' },
      { type: "move", from: "attributes.stack", to: 'resource["deployment.environment.name"]' },
      {
        type: "move",
        if: "attributes.container != nil",
        from: "attributes.container",
        to: 'resource["container.id"]',
      },
      {
        type: "move",
        if: "attributes.namespace != nil",
        from: "attributes.namespace",
        to: 'resource["k8s.namespace.name"]',
      },
      { type: "move", if: "attributes.pod != nil", from: "attributes.pod", to: 'resource["k8s.pod.name"]' },
      { type: "move", from: "attributes.stream", to: 'attributes["log.iostream"]' },
      { type: "move", from: "attributes.id", to: 'attributes["log.record.uid"]' },
      { type: "remove", field: "attributes.offset" },
      { type: "remove", field: 'attributes["@timestamp"]' },
    ]);
  });

  it("sends to Loki by its endpoint of OTLP", () => {
    const { logs_endpoint, headers } = configOf(toLoki("http://loki:3100", { "X-Scope-OrgID": "team" })).exporters
      .otlp_http;
    assert.equal(logs_endpoint, "http://loki:3100/otlp/v1/logs");
    assert.deepEqual(headers, { "X-Scope-OrgID": "team" });
  });
});
