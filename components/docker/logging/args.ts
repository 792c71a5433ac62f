import type * as pulumi from "@pulumi/pulumi";
import type { Integer } from "../../integer";
import type { ElasticsearchServiceArgs, KibanaServiceArgs, LogStackArgs } from "../../services/logging/args";

/** Elasticsearch, as a container. */
export interface ElasticsearchArgs extends ElasticsearchServiceArgs {
  /** Port on 127.0.0.1. Defaults to 9200. */
  port?: pulumi.Input<Integer>;
}

/** Kibana, as a container. */
export interface KibanaArgs extends KibanaServiceArgs {
  /** Port on 127.0.0.1. Defaults to 5601. */
  port?: pulumi.Input<Integer>;
}

/** The shipper, an OpenTelemetry Collector that reads the containers' log files. */
export interface LogShipperArgs {
  /** Image of a collector with file_log, file_storage, health_check and otlp_http, with a pinned tag or a digest. Defaults to "otel/opentelemetry-collector-contrib:0.155.0". */
  image?: pulumi.Input<string>;
  /** Port on 127.0.0.1 that says how it is. Defaults to 13133. */
  port?: pulumi.Input<Integer>;
  /** Folder of the containers, as the Docker Engine sees it. Defaults to the folder `containers` in the engine's own. */
  containersFolder?: pulumi.Input<string>;
  /** Most memory, as a quantity. Defaults to "256Mi". */
  memoryLimit?: pulumi.Input<string>;
}

/** Arguments of McpLogging. */
export interface McpLoggingArgs extends LogStackArgs {
  /** Name of the Docker network to join. */
  network: pulumi.Input<string>;
  /** Elasticsearch. Defaults to one on port 9200. */
  elasticsearch?: pulumi.Input<ElasticsearchArgs>;
  /** Kibana. Defaults to one on port 5601. */
  kibana?: pulumi.Input<KibanaArgs>;
  /** The shipper. Defaults to one that reads the logs of this Docker Engine. */
  shipper?: pulumi.Input<LogShipperArgs>;
}
