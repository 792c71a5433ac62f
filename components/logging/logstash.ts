import { toYaml } from "../monitoring/yaml";

/** Port on which Logstash takes what the shipper sends: that of OTLP by HTTP. */
export const LOGSTASH_PORT = 4318;

/** Variables of Logstash with what must stand in no file. */
export const LOGSTASH_SECRETS = {
  username: "ELASTICSEARCH_USERNAME",
  password: "ELASTICSEARCH_PASSWORD",
  shipperPassword: "SHIPPER_PASSWORD",
} as const;

/** Who may send to Logstash: without, any container of the network could write lines of another. */
export const SHIPPER_NAME = "shipper";

/** What the pipeline is made from. */
export interface PipelineSettings {
  /** URL of Elasticsearch with its port, as Logstash reaches it. */
  elasticsearchUrl: string;
  /** Beginning of the names of the indices. */
  index: string;
  /** Whether Elasticsearch asks who writes. */
  authenticated: boolean;
  /** Filters of the user's own, in Logstash's language, for each document. Defaults to none. */
  filter?: string;
}

/**
 * Logstash's pipeline file. A request holds records of OTLP as JSON, whose bodies are the documents: the shipper has parsed
 * them already, in the same way for every destination. A document that is sent twice is written once, by its id.
 */
export function logstashPipeline({ elasticsearchUrl, index, authenticated, filter }: PipelineSettings): string {
  const credentials = authenticated
    ? [`    user => "\${${LOGSTASH_SECRETS.username}}"`, `    password => "\${${LOGSTASH_SECRETS.password}}"`]
    : [];
  return [
    "input {",
    "  http {",
    '    id => "shipper"',
    '    host => "0.0.0.0"',
    `    port => ${LOGSTASH_PORT}`,
    `    user => "${SHIPPER_NAME}"`,
    `    password => "\${${LOGSTASH_SECRETS.shipperPassword}}"`,
    "    codec => json { ecs_compatibility => disabled }",
    "    ecs_compatibility => disabled",
    "  }",
    "}",
    "filter {",
    '  split { field => "[resourceLogs]" }',
    '  split { field => "[resourceLogs][scopeLogs]" }',
    '  split { field => "[resourceLogs][scopeLogs][logRecords]" }',
    '  json { source => "[resourceLogs][scopeLogs][logRecords][body][stringValue]" }',
    "  mutate {",
    '    rename => { "id" => "[@metadata][id]" }',
    '    remove_field => ["resourceLogs", "headers", "host", "@version"]',
    "  }",
    ...(filter === undefined
      ? []
      : filter
          .trimEnd()
          .split("\n")
          .map((line) => (line === "" ? "" : `  ${line}`))),
    "}",
    "output {",
    "  elasticsearch {",
    `    hosts => ["${elasticsearchUrl}"]`,
    ...credentials,
    `    index => "${index}-%{+YYYY.MM.dd}"`,
    '    document_id => "%{[@metadata][id]}"',
    '    action => "index"',
    "    manage_template => false",
    "    ilm_enabled => false",
    "    data_stream => false",
    "    ecs_compatibility => disabled",
    "  }",
    "}",
    "",
  ].join("\n");
}

/** logstash.yml. What Logstash has taken stands on its volume until Elasticsearch has it. */
export const logstashSettings = (): string =>
  toYaml({
    "node.name": "logstash",
    "api.http.host": "127.0.0.1",
    "queue.type": "persisted",
    "queue.max_bytes": "512mb",
    "pipeline.ecs_compatibility": "disabled",
    "xpack.monitoring.enabled": false,
  });
