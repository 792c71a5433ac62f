import type * as pulumi from "@pulumi/pulumi";
import type {
  ElasticsearchServiceArgs,
  KibanaServiceArgs,
  LogStackArgs,
  LogstashServiceArgs,
} from "../../services/logging/args";

/** The volume of a service. */
interface VolumeArgs {
  /** Size of its volume, as a quantity. Defaults to "10Gi" for Elasticsearch and "1Gi" for the others. A later change does not resize it. */
  volumeSize?: pulumi.Input<string>;
  /** Storage class of that volume. Defaults to the cluster's. */
  storageClass?: pulumi.Input<string>;
}

/** Elasticsearch, as a StatefulSet of one pod. */
export interface ClusterElasticsearchArgs extends ElasticsearchServiceArgs, VolumeArgs {}

/** Logstash, as a StatefulSet of one pod. */
export interface ClusterLogstashArgs extends LogstashServiceArgs, VolumeArgs {}

/** Kibana, as a StatefulSet of one pod. */
export interface ClusterKibanaArgs extends KibanaServiceArgs, VolumeArgs {}

/** The shipper, an OpenTelemetry Collector on each node. */
export interface ClusterLogShipperArgs {
  /** Namespace that exists and admits pods of the standard "privileged", which whoever reads files of the node has to be. Defaults to one of its own, "<namespace>-logs". */
  namespace?: pulumi.Input<string>;
  /** Image of a collector with file_log, file_storage, health_check and otlp_http, with a pinned tag or a digest. Defaults to "otel/opentelemetry-collector-contrib:0.155.0". */
  image?: pulumi.Input<string>;
  /** Secrets with the registry's credentials, which exist in its namespace. Defaults to none. */
  imagePullSecrets?: pulumi.Input<pulumi.Input<string>[]>;
  /** Folder of the nodes in which the kubelet keeps the logs of pods. Defaults to "/var/log/pods". */
  podsFolder?: pulumi.Input<string>;
  /** Folder of the nodes in which it keeps, in one of its own, what it has read and what it has not sent yet: it stays when the shipper is destroyed. Defaults to "/var/lib/pulumi-mcp-deploy". */
  storageFolder?: pulumi.Input<string>;
  /** Labels of the nodes that it runs on. Defaults to all nodes that run Linux. */
  nodeSelector?: pulumi.Input<{ [label: string]: pulumi.Input<string> }>;
  /** Most memory, as a quantity. Defaults to "256Mi". */
  memoryLimit?: pulumi.Input<string>;
}

/** A server whose logs are collected. */
export interface LoggedServerArgs {
  /** Name of the server, as McpDeployment has it. */
  name: pulumi.Input<string>;
  /** Name of its Deployment. Defaults to the server's. */
  deployment?: pulumi.Input<string>;
}

/** Arguments of McpClusterLogging. */
export interface McpClusterLoggingArgs extends LogStackArgs {
  /** The servers, as McpDeployments of the namespace. */
  servers: pulumi.Input<pulumi.Input<LoggedServerArgs>[]>;
  /** Namespace of the servers, in which the services of the logs run, too. */
  namespace: pulumi.Input<string>;
  /** Whether objects carry names of their own choice. Defaults to true; with false they carry some that are this stack's alone. */
  fixedNames?: pulumi.Input<boolean>;
  /** Elasticsearch. Defaults to one with a volume of 10Gi that outlives the stack. */
  elasticsearch?: pulumi.Input<ClusterElasticsearchArgs>;
  /** Logstash. Defaults to one that hands on what it gets. */
  logstash?: pulumi.Input<ClusterLogstashArgs>;
  /** Kibana. Defaults to one that is opened through a port-forward. */
  kibana?: pulumi.Input<ClusterKibanaArgs>;
  /** The shipper. Defaults to one on each node. */
  shipper?: pulumi.Input<ClusterLogShipperArgs>;
  /** Whether the data of Elasticsearch, Logstash and Kibana stays when they are destroyed. Defaults to true. */
  keepData?: pulumi.Input<boolean>;
  /** Secrets with the registry's credentials, which exist already in the namespace. Defaults to none. */
  imagePullSecrets?: pulumi.Input<pulumi.Input<string>[]>;
  /** Kubeconfig with which rollouts are watched and Elasticsearch is set up; always a secret. Defaults to that of this machine. @secret */
  kubeconfig?: pulumi.Input<string>;
  /** Context of that kubeconfig. Defaults to its current one. */
  context?: pulumi.Input<string>;
}
