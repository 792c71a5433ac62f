import type { Operator } from "./lineOperators";

/** Where the shipper sends to: an endpoint of OTLP by HTTP, and how records have to look there. */
export interface Endpoint {
  /** URL that logs are posted to. */
  url: string;
  encoding: "json" | "proto";
  /** Headers of every request. A value may name a variable: "${env:NAME}". */
  headers?: Record<string, string>;
  /** The last steps of a record. */
  operators: Operator[];
}

/** Name of the path of OTLP for logs. */
const LOGS_PATH = "/v1/logs";

/** Logstash, which takes whole documents as JSON: see logstashPipeline. */
export const toLogstash = (url: string, headers: Record<string, string> = {}): Endpoint => ({
  url: `${url}${LOGS_PATH}`,
  encoding: "json",
  headers,
  operators: [
    { type: "add", field: "body", value: "EXPR(toJSON(attributes))" },
    { type: "remove", field: "attributes" },
  ],
});

/**
 * Any endpoint of OTLP, by the conventions of OpenTelemetry: the server is `service.name`, the line the body.
 * @param url of the endpoint without `/v1/logs`
 */
export const toOtlp = (url: string, headers: Record<string, string> = {}): Endpoint => ({
  url: `${url.replace(/\/$/, "")}${LOGS_PATH}`,
  encoding: "proto",
  headers,
  operators: [
    { type: "severity_parser", if: "attributes.level != nil", parse_from: "attributes.level", on_error: "send_quiet" },
    { type: "move", from: "attributes.message", to: "body" },
    { type: "move", from: "attributes.server", to: 'resource["service.name"]' },
    { type: "move", from: "attributes.stack", to: 'resource["deployment.environment.name"]' },
    moved("container", "container.id"),
    moved("namespace", "k8s.namespace.name"),
    moved("pod", "k8s.pod.name"),
    { type: "move", from: "attributes.stream", to: 'attributes["log.iostream"]' },
    { type: "move", from: "attributes.id", to: 'attributes["log.record.uid"]' },
    { type: "remove", field: "attributes.offset" },
    { type: "remove", field: 'attributes["@timestamp"]' },
  ],
});

/** An attribute of the resource, of which only one target's records have it. */
const moved = (name: string, to: string): Operator => ({
  type: "move",
  if: `attributes.${name} != nil`,
  from: `attributes.${name}`,
  to: `resource["${to}"]`,
});

/** Loki, which takes OTLP from version 3.0 on. @param url of Loki, such as "http://loki:3100" */
export const toLoki = (url: string, headers: Record<string, string> = {}): Endpoint =>
  toOtlp(`${url.replace(/\/$/, "")}/otlp`, headers);
