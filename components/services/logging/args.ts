import type * as pulumi from "@pulumi/pulumi";
import type { Integer } from "../../integer";

/** What all services of the logs have in common. */
interface LogServiceArgs {
  /** Image, with a pinned tag or a digest. Defaults to Elastic's own, of the chosen version. */
  image?: pulumi.Input<string>;
  /** Most memory, as a quantity. Defaults to "1Gi"; of Elasticsearch and Logstash half is Java's heap, and Elasticsearch has "1536Mi". */
  memoryLimit?: pulumi.Input<string>;
}

/** Elasticsearch, which keeps the logs. */
export interface ElasticsearchServiceArgs extends LogServiceArgs {}

/** Logstash, which takes lines from the shipper and writes them into Elasticsearch. */
export interface LogstashServiceArgs extends LogServiceArgs {
  /** Filters for each document, in Logstash's own language, such as `mutate { remove_field => ["stream"] }`. Defaults to none. */
  filter?: pulumi.Input<string>;
}

/** Kibana, which shows the logs. */
export interface KibanaServiceArgs extends LogServiceArgs {
  /** Whether there is one. Defaults to true. */
  enabled?: pulumi.Input<boolean>;
}

/** An Elasticsearch that is there already. Logstash writes into it. */
export interface LogElasticsearchArgs {
  /** URL with its port, such as "https://logs.example.com:9200", as the stack's containers reach it. */
  url: pulumi.Input<string>;
  /** User that may write the indices; with `setup`, also make templates and policies. Defaults to none: no authentication. */
  username?: pulumi.Input<string>;
  /** Its password. A secret. Defaults to none. @secret */
  password?: pulumi.Input<string>;
  /** Whether the index template and the retention are made there, from this machine. Defaults to true. */
  setup?: pulumi.Input<boolean>;
}

/** An endpoint of OTLP by HTTP that is there already. */
export interface LogOtlpArgs {
  /** URL without `/v1/logs`, as the stack's containers reach it. */
  url: pulumi.Input<string>;
  /** Headers of every request. Defaults to none. */
  headers?: pulumi.Input<{ [key: string]: pulumi.Input<string> }>;
  /** Headers of every request whose values are secret, such as "Authorization". Defaults to none. @secret */
  secretHeaders?: pulumi.Input<{ [key: string]: pulumi.Input<string> }>;
}

/** A Loki that is there already, of version 3.0 or later. */
export interface LogLokiArgs {
  /** URL, such as "http://loki:3100", as the stack's containers reach it. */
  url: pulumi.Input<string>;
  /** Tenant that the logs belong to. Defaults to none. */
  tenant?: pulumi.Input<string>;
  /** User. Defaults to none: no authentication. */
  username?: pulumi.Input<string>;
  /** Its password. A secret. Defaults to none. @secret */
  password?: pulumi.Input<string>;
}

/** Where the logs go when it is not a stack of their own: one of these. */
export interface LogDestinationArgs {
  /** An Elasticsearch. Defaults to none. */
  elasticsearch?: pulumi.Input<LogElasticsearchArgs>;
  /** Any endpoint of OTLP by HTTP. Defaults to none. */
  otlp?: pulumi.Input<LogOtlpArgs>;
  /** A Loki of version 3.0 or later. Defaults to none. */
  loki?: pulumi.Input<LogLokiArgs>;
}

/** How logs are collected, in every target alike. */
export interface LogStackArgs {
  /** Version of Elasticsearch, Logstash and Kibana. Defaults to "9.4.1". */
  version?: pulumi.Input<string>;
  /** Whether Elasticsearch and Kibana ask for a user and a password. Defaults to true. */
  security?: pulumi.Input<boolean>;
  /** Days that logs are kept in Elasticsearch; 0 for ever. Defaults to 30. */
  retentionDays?: pulumi.Input<Integer>;
  /** Beginning of the names of the indices, one a day. Defaults to "mcp-logs". */
  index?: pulumi.Input<string>;
  /** Elasticsearch. Defaults to one with a volume that outlives the stack. */
  elasticsearch?: pulumi.Input<ElasticsearchServiceArgs>;
  /** Logstash. Defaults to one that hands on what it gets. */
  logstash?: pulumi.Input<LogstashServiceArgs>;
  /** Kibana. Defaults to one. */
  kibana?: pulumi.Input<KibanaServiceArgs>;
  /** Where the logs go instead. Defaults to an Elasticsearch of the stack's own. */
  destination?: pulumi.Input<LogDestinationArgs>;
}
