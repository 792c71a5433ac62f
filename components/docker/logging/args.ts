import type * as pulumi from "@pulumi/pulumi";

/** Elasticsearch, which keeps the logs. */
export interface ElasticsearchArgs {
  /** Image, with a pinned tag or a digest. Defaults to Elastic's own, of the chosen version. */
  image?: pulumi.Input<string>;
  /** Port on 127.0.0.1. Defaults to 9200. */
  port?: pulumi.Input<number>;
  /** Most memory, as a quantity; half of it is Java's heap. Defaults to "1536Mi". */
  memoryLimit?: pulumi.Input<string>;
}

/** Logstash, which takes lines from the shipper and writes them into Elasticsearch. */
export interface LogstashArgs {
  /** Image, with a pinned tag or a digest. Defaults to Elastic's own, of the chosen version. */
  image?: pulumi.Input<string>;
  /** Filters for each document, in Logstash's own language, such as `mutate { remove_field => ["stream"] }`. Defaults to none. */
  filter?: pulumi.Input<string>;
  /** Most memory, as a quantity; half of it is Java's heap. Defaults to "1Gi". */
  memoryLimit?: pulumi.Input<string>;
}

/** Kibana, which shows the logs. */
export interface KibanaArgs {
  /** Whether there is one. Defaults to true. */
  enabled?: pulumi.Input<boolean>;
  /** Image, with a pinned tag or a digest. Defaults to Elastic's own, of the chosen version. */
  image?: pulumi.Input<string>;
  /** Port on 127.0.0.1. Defaults to 5601. */
  port?: pulumi.Input<number>;
  /** Most memory, as a quantity. Defaults to "1Gi". */
  memoryLimit?: pulumi.Input<string>;
}

/** The shipper, an OpenTelemetry Collector that reads the containers' log files. */
export interface LogShipperArgs {
  /** Image of a collector with file_log, file_storage, health_check and otlp_http, with a pinned tag or a digest. Defaults to "otel/opentelemetry-collector-contrib:0.155.0". */
  image?: pulumi.Input<string>;
  /** Port on 127.0.0.1 that says how it is. Defaults to 13133. */
  port?: pulumi.Input<number>;
  /** Folder of the containers, as the Docker Engine sees it. Defaults to the folder `containers` in the engine's own. */
  containersFolder?: pulumi.Input<string>;
  /** Most memory, as a quantity. Defaults to "256Mi". */
  memoryLimit?: pulumi.Input<string>;
}

/** An Elasticsearch that is there already. Logstash writes into it. */
export interface LogElasticsearchArgs {
  /** URL with its port, such as "https://logs.example.com:9200", as containers reach it. */
  url: pulumi.Input<string>;
  /** User that may write the indices; with `setup`, also make templates and policies. Defaults to none: no authentication. */
  username?: pulumi.Input<string>;
  /** Its password. A secret. Defaults to none. */
  password?: pulumi.Input<string>;
  /** Whether the index template and the retention are made there, from this machine. Defaults to true. */
  setup?: pulumi.Input<boolean>;
}

/** An endpoint of OTLP by HTTP that is there already. */
export interface LogOtlpArgs {
  /** URL without `/v1/logs`, as containers reach it. */
  url: pulumi.Input<string>;
  /** Headers of every request. Defaults to none. */
  headers?: pulumi.Input<{ [key: string]: pulumi.Input<string> }>;
  /** Headers of every request whose values are secret, such as "Authorization". Defaults to none. */
  secretHeaders?: pulumi.Input<{ [key: string]: pulumi.Input<string> }>;
}

/** A Loki that is there already, of version 3.0 or later. */
export interface LogLokiArgs {
  /** URL, such as "http://loki:3100", as containers reach it. */
  url: pulumi.Input<string>;
  /** Tenant that the logs belong to. Defaults to none. */
  tenant?: pulumi.Input<string>;
  /** User. Defaults to none: no authentication. */
  username?: pulumi.Input<string>;
  /** Its password. A secret. Defaults to none. */
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

/** Arguments of McpLogging. */
export interface McpLoggingArgs {
  /** Name of the Docker network to join. */
  network: pulumi.Input<string>;
  /** Version of Elasticsearch, Logstash and Kibana. Defaults to "9.4.1". */
  version?: pulumi.Input<string>;
  /** Whether Elasticsearch and Kibana ask for a user and a password. Defaults to true. */
  security?: pulumi.Input<boolean>;
  /** Days that logs are kept in Elasticsearch; 0 for ever. Defaults to 30. */
  retentionDays?: pulumi.Input<number>;
  /** Beginning of the names of the indices, one a day. Defaults to "mcp-logs". */
  index?: pulumi.Input<string>;
  /** Elasticsearch. Defaults to one on port 9200. */
  elasticsearch?: pulumi.Input<ElasticsearchArgs>;
  /** Logstash. Defaults to one that hands on what it gets. */
  logstash?: pulumi.Input<LogstashArgs>;
  /** Kibana. Defaults to one on port 5601. */
  kibana?: pulumi.Input<KibanaArgs>;
  /** The shipper. Defaults to one that reads the logs of this Docker Engine. */
  shipper?: pulumi.Input<LogShipperArgs>;
  /** Where the logs go instead. Defaults to an Elasticsearch of the stack's own. */
  destination?: pulumi.Input<LogDestinationArgs>;
}
