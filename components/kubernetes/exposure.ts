import type { input } from "@pulumi/kubernetes/types";
import * as pulumi from "../pulumi";
import { type ResolvedServer, Sessions } from "../server";
import type { ExposureSettings, ResolvedDeployment } from "./settings";

/** The Service that requests go to. */
export interface Backend {
  service: pulumi.Input<string>;
  port: number;
}

/** What a Service is called, and where. */
export interface ServiceName {
  name: pulumi.Input<string>;
  namespace: pulumi.Input<string>;
}

/** Seconds that proxies wait longer than a call may take. */
const PROXY_MARGIN_SECONDS = 5;

/** Where clients look for a protected server's metadata: a slash alone is left out. Source: RFC 9728, section 3.1. */
const metadataPath = (path: string): string => `/.well-known/oauth-protected-resource${path === "/" ? "" : path}`;

/** Paths that are public: the MCP endpoint, and the metadata that tells clients where to get a token. */
const publicPaths = ({ pathname }: URL): string[] => [pathname, metadataPath(pathname)];

/** What the server is told of its public URL: hosts and origins that it may accept, and who issues its tokens. */
export function exposureEnv(
  service: ServiceName,
  { exposure }: Pick<ResolvedDeployment, "exposure">,
): pulumi.Output<Record<string, string>> {
  if (!exposure) return pulumi.output<Record<string, string>>({});
  const { publicUrl, authorizationServers = [], allowedOrigins = [] } = exposure;
  const { hostname, origin } = new URL(publicUrl);
  const origins = [origin, ...allowedOrigins];
  return pulumi.all([service.name, service.namespace]).apply(([name, namespace]): Record<string, string> => {
    // Spelled out: not every server knows patterns. Kubernetes puts in the pod's address, by which probes come.
    const inside = [name, `${name}.${namespace}`, `${name}.${namespace}.svc`, `${name}.${namespace}.svc.cluster.local`];
    const hosts = [hostname, ...inside, "$(POD_IP)"];
    return {
      MCP_PUBLIC_URL: publicUrl,
      ALLOWED_HOSTS: hosts.join(","),
      ALLOWED_ORIGINS: origins.join(","),
      FASTMCP_HTTP_ALLOWED_HOSTS: JSON.stringify(hosts),
      FASTMCP_HTTP_ALLOWED_ORIGINS: JSON.stringify(origins),
      ...(authorizationServers.length > 0 && { MCP_AUTHORIZATION_SERVERS: authorizationServers.join(",") }),
    };
  });
}

/** Annotations of an Ingress: streams are passed on as they come, for as long as a call may take. */
export function ingressAnnotations(
  { sessions, callTimeoutSeconds }: Pick<ResolvedServer, "sessions" | "callTimeoutSeconds">,
  { annotations, clusterIssuer }: ExposureSettings,
): Record<string, string> {
  const nginx = (key: string) => `nginx.ingress.kubernetes.io/${key}`;
  return {
    [nginx("proxy-buffering")]: "off",
    [nginx("proxy-request-buffering")]: "off",
    [nginx("proxy-http-version")]: "1.1",
    // Beyond the longest call: the server is to say that it takes too long, and not the proxy.
    [nginx("proxy-read-timeout")]: String(callTimeoutSeconds + PROXY_MARGIN_SECONDS),
    [nginx("proxy-send-timeout")]: String(callTimeoutSeconds + PROXY_MARGIN_SECONDS),
    [nginx("ssl-redirect")]: "true",
    // By the client's address: the request that opens a session has no session id yet, and MCP clients keep no cookies.
    ...(sessions === Sessions.Affinity && { [nginx("upstream-hash-by")]: "$binary_remote_addr" }),
    ...(clusterIssuer && { "cert-manager.io/cluster-issuer": clusterIssuer }),
    ...annotations,
  };
}

export function ingressSpec(
  name: string,
  exposure: ExposureSettings,
  { service, port }: Backend,
): input.networking.v1.IngressSpec {
  const { publicUrl, ingressClass = "nginx", clusterIssuer, tlsSecret = clusterIssuer && `${name}-tls` } = exposure;
  const url = new URL(publicUrl);
  return {
    ingressClassName: ingressClass,
    tls: [{ hosts: [url.hostname], ...(tlsSecret && { secretName: tlsSecret }) }],
    rules: [
      {
        host: url.hostname,
        http: {
          paths: publicPaths(url).map((path) => ({
            path,
            pathType: "Exact",
            backend: { service: { name: service, port: { number: port } } },
          })),
        },
      },
    ],
  };
}

/** Spec of a Gateway API HTTPRoute. Source: gateway-api.sigs.k8s.io, v1. */
export function httpRouteSpec(
  { sessions, callTimeoutSeconds }: Pick<ResolvedServer, "sessions" | "callTimeoutSeconds">,
  { publicUrl, gateway = "" }: ExposureSettings,
  { service, port }: Backend,
): object {
  const url = new URL(publicUrl);
  const [namespace, name] = gateway.split("/");
  const paths = publicPaths(url).map((value) => ({ path: { type: "Exact", value } }));
  const shared = {
    backendRefs: [{ group: "", kind: "Service", name: service, port, weight: 1 }],
    ...(sessions === Sessions.Affinity && {
      sessionPersistence: { type: "Cookie", sessionName: "mcp-affinity", absoluteTimeout: "3h" },
    }),
  };
  const timeout = `${callTimeoutSeconds + PROXY_MARGIN_SECONDS}s`;
  return {
    parentRefs: [{ group: "gateway.networking.k8s.io", kind: "Gateway", namespace, name }],
    hostnames: [url.hostname],
    rules: [
      // The stream of a client before 2026-07-28 stays open as long as its session: no time-out is its end.
      {
        ...shared,
        matches: [{ path: { type: "Exact", value: url.pathname }, method: "GET" }],
        timeouts: { request: "0s", backendRequest: "0s" },
      },
      { ...shared, matches: paths, timeouts: { request: timeout, backendRequest: timeout } },
    ],
  };
}
