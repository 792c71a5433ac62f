import type * as pulumi from "@pulumi/pulumi";
import type { Integer } from "../integer";
import type { McpServerArgs } from "../server";

/** What carries requests from outside into the cluster: an Ingress of ingress-nginx, or a Gateway API HTTPRoute. */
export const ExposureKind = { Ingress: "ingress", Gateway: "gateway" } as const;
export type ExposureKind = (typeof ExposureKind)[keyof typeof ExposureKind];

/** Who checks that a caller may use the server: the server by OAuth, a proxy before it, or nobody. */
export const Authentication = { OAuth: "oauth", Proxy: "proxy", None: "none" } as const;
export type Authentication = (typeof Authentication)[keyof typeof Authentication];

/** What enforces the network rules: Kubernetes' own NetworkPolicy, Cilium with its rules for host names, or nothing. */
export const NetworkRules = { Kubernetes: "kubernetes", Cilium: "cilium", None: "none" } as const;
export type NetworkRules = (typeof NetworkRules)[keyof typeof NetworkRules];

/** A number of replicas that follows the load. */
export interface AutoscalingArgs {
  /** Fewest replicas. Defaults to `replicas`. */
  minReplicas?: pulumi.Input<Integer>;
  /** Most replicas. */
  maxReplicas: pulumi.Input<Integer>;
  /** CPU use to aim at, in percent of the CPU that is set aside. Defaults to 80 when nothing else is given. */
  cpuPercent?: pulumi.Input<Integer>;
  /** Memory use to aim at, in percent of the memory that is set aside. Defaults to none. */
  memoryPercent?: pulumi.Input<Integer>;
  /** Name of a metric of the pods, as the cluster's custom metrics API has it, such as "mcp_active_connections". Defaults to none. */
  metric?: pulumi.Input<string>;
  /** Average of that metric over the replicas to aim at, as a quantity such as "20". Defaults to none. */
  metricAverage?: pulumi.Input<string>;
}

/** How the server is reached from outside the cluster. */
export interface ExposureArgs {
  /** URL of the MCP endpoint for clients, such as "https://mcp.example.com/mcp". Its path is the server's `path`. */
  publicUrl: pulumi.Input<string>;
  /** Who checks the callers: "oauth", "proxy" or "none". Required: a public server that lets anybody in has to say so. */
  authentication: pulumi.Input<Authentication>;
  /** What carries the requests: "ingress" or "gateway". Defaults to "ingress". */
  kind?: pulumi.Input<ExposureKind>;
  /** Class of the Ingress. Defaults to "nginx". */
  ingressClass?: pulumi.Input<string>;
  /** Further annotations of the Ingress or HTTPRoute, such as those of an authentication proxy. Defaults to none. */
  annotations?: pulumi.Input<{ [key: string]: pulumi.Input<string> }>;
  /** Gateway to attach to, as "namespace/name"; required for "gateway". Defaults to none. */
  gateway?: pulumi.Input<string>;
  /** The ClusterIssuer of cert-manager that issues the Ingress's certificate. Defaults to none. */
  clusterIssuer?: pulumi.Input<string>;
  /** Secret with the certificate, of type kubernetes.io/tls. Defaults to "<name>-tls" with `clusterIssuer`, else to the controller's own certificate. */
  tlsSecret?: pulumi.Input<string>;
  /** Issuers of tokens that the server accepts, handed to it as MCP_AUTHORIZATION_SERVERS for its RFC 9728 metadata. Defaults to none. */
  authorizationServers?: pulumi.Input<pulumi.Input<string>[]>;
  /** Further origins whose web pages may call the server, such as "https://app.example.com". Defaults to that of `publicUrl`. */
  allowedOrigins?: pulumi.Input<pulumi.Input<string>[]>;
  /** Namespace of the ingress controller or gateway, from which requests may come. Defaults to "ingress-nginx", or the gateway's. */
  fromNamespace?: pulumi.Input<string>;
}

/** Pods that may call the server. */
export interface PeerArgs {
  /** Namespace of the pods. Defaults to the server's own. */
  namespace?: pulumi.Input<string>;
  /** Labels of the pods. Defaults to all pods. */
  podLabels?: pulumi.Input<{ [key: string]: pulumi.Input<string> }>;
}

/** What the server may connect to. One of `cidr`, `namespace` and `host` says where; `podLabels` alone means pods of its own namespace. */
export interface EgressArgs {
  /** Addresses, such as "203.0.113.0/24" or "0.0.0.0/0". Defaults to none. */
  cidr?: pulumi.Input<string>;
  /** Parts of `cidr` that stay closed, such as "169.254.169.254/32". Defaults to none. */
  except?: pulumi.Input<pulumi.Input<string>[]>;
  /** Namespace of the cluster. Defaults to none. */
  namespace?: pulumi.Input<string>;
  /** Labels of the pods. Defaults to all pods of `namespace`. */
  podLabels?: pulumi.Input<{ [key: string]: pulumi.Input<string> }>;
  /** Host name, such as "api.example.com" or "*.example.com"; needs `networkRules: cilium`. Defaults to none. */
  host?: pulumi.Input<string>;
  /** TCP ports. Defaults to 443. */
  ports?: pulumi.Input<pulumi.Input<Integer>[]>;
}

/** Which nodes the pods run on. */
export interface SchedulingArgs {
  /** Labels that a node must have. Defaults to none. */
  nodeSelector?: pulumi.Input<{ [key: string]: pulumi.Input<string> }>;
  /** Keys of node taints that are tolerated. Defaults to none. */
  tolerations?: pulumi.Input<pulumi.Input<string>[]>;
  /** PriorityClass of the pods. Defaults to the cluster's. */
  priorityClass?: pulumi.Input<string>;
  /** Node labels over whose values replicas are spread. Defaults to "kubernetes.io/hostname" and "topology.kubernetes.io/zone". */
  spreadOver?: pulumi.Input<pulumi.Input<string>[]>;
}

/** A key of a Secret that exists already, such as one that External Secrets or Sealed Secrets keeps. */
export interface SecretKeyArgs {
  /** Name of the Secret. */
  secret: pulumi.Input<string>;
  /** Key in it. */
  key: pulumi.Input<string>;
}

/** Arguments of McpDeployment: what the server is, and how the cluster runs it. */
export interface McpDeploymentArgs extends McpServerArgs {
  /** Namespace to deploy to, which has to exist. Defaults to that of the Kubernetes provider. */
  namespace?: pulumi.Input<string>;
  /** Whether objects carry the server's own name. Defaults to true; with false Pulumi appends a suffix, so that several stacks can share a namespace. */
  fixedNames?: pulumi.Input<boolean>;
  /** Number of replicas. Defaults to 1. */
  replicas?: pulumi.Input<Integer>;
  /** A number of replicas that follows the load. Defaults to none. */
  autoscaling?: pulumi.Input<AutoscalingArgs>;
  /** How the server is reached from outside the cluster. Defaults to not at all. */
  exposure?: pulumi.Input<ExposureArgs>;
  /** What enforces the network rules: "kubernetes", "cilium" or "none". Defaults to "kubernetes". */
  networkRules?: pulumi.Input<NetworkRules>;
  /** Pods that may call the server; with an empty list none but those of an exposure. Defaults to those of its namespace. */
  ingress?: pulumi.Input<pulumi.Input<PeerArgs>[]>;
  /** What the server may connect to, besides DNS. Defaults to nothing. */
  egress?: pulumi.Input<pulumi.Input<EgressArgs>[]>;
  /** Namespace whose pods may read the metrics. Defaults to "monitoring". */
  monitoringNamespace?: pulumi.Input<string>;
  /** Further pods that may read the metrics. Defaults to none. */
  metricsIngress?: pulumi.Input<pulumi.Input<PeerArgs>[]>;
  /** Whether the pods carry the annotations prometheus.io/scrape, port and path where the server exposes metrics. Defaults to false. */
  scrapeAnnotations?: pulumi.Input<boolean>;
  /** Which nodes the pods run on. Defaults to all, spread over hosts and zones. */
  scheduling?: pulumi.Input<SchedulingArgs>;
  /** Environment variables whose values stand in Secrets that exist already. Defaults to none. */
  secretKeys?: pulumi.Input<{ [key: string]: pulumi.Input<SecretKeyArgs> }>;
  /** Secrets with the registry's credentials, which exist already in the namespace. Defaults to one that is made of `registry` where that has a password. */
  imagePullSecrets?: pulumi.Input<pulumi.Input<string>[]>;
  /** Numeric user and group that the server runs as. Defaults to that of the images that are built here, 10001. */
  runAsUser?: pulumi.Input<Integer>;
  /** Seconds that a rollout may take. Defaults to 300. */
  rolloutTimeoutSeconds?: pulumi.Input<Integer>;
  /** Kubeconfig with which the rollout is watched and the server checked; always a secret. Defaults to that of this machine. Give it when the Kubernetes provider has one of its own. @secret */
  kubeconfig?: pulumi.Input<string>;
  /** Context of that kubeconfig. Defaults to its current one. */
  context?: pulumi.Input<string>;
}
