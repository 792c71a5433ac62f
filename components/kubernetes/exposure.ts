import type { input } from "@pulumi/kubernetes/types";
import type * as pulumi from "../pulumi";
import { type ResolvedServer, Sessions } from "../server";
import type { ExposureSettings, ResolvedDeployment } from "./settings";

/** The Service that requests go to. */
export interface Backend {
  service: pulumi.Input<string>;
  port: number;
}

/** Where clients look for a protected server's metadata. Source: RFC 9728, section 3.1. */
const metadataPath = (path: string): string => `/.well-known/oauth-protected-resource${path}`;

/** Paths that are public: the MCP endpoint, and the metadata that tells clients where to get a token. */
const publicPaths = ({ pathname }: URL): string[] => [pathname, metadataPath(pathname)];

/** What the server is told of its public URL: hosts and origins that it may accept, and who issues its tokens. */
export function exposureEnv(
  { name }: Pick<ResolvedServer, "name">,
  { exposure }: Pick<ResolvedDeployment, "exposure">,
): Record<string, string> {
  if (!exposure) return {};
  const { publicUrl, authorizationServers = [], allowedOrigins = [] } = exposure;
  const { hostname, origin } = new URL(publicUrl);
  // The kubelet's probes come by the pod's address, which Kubernetes puts in for $(POD_IP).
  const hosts = [hostname, name, `${name}.*`, "$(POD_IP)"];
  const origins = [origin, ...allowedOrigins];
  return {
    MCP_PUBLIC_URL: publicUrl,
    ALLOWED_HOSTS: hosts.join(","),
    ALLOWED_ORIGINS: origins.join(","),
    FASTMCP_HTTP_ALLOWED_HOSTS: JSON.stringify(hosts),
    FASTMCP_HTTP_ALLOWED_ORIGINS: JSON.stringify(origins),
    ...(authorizationServers.length > 0 && { MCP_AUTHORIZATION_SERVERS: authorizationServers.join(",") }),
  };
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
    [nginx("proxy-read-timeout")]: String(callTimeoutSeconds),
    [nginx("proxy-send-timeout")]: String(callTimeoutSeconds),
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
  const timeout = `${callTimeoutSeconds}s`;
  return {
    parentRefs: [{ group: "gateway.networking.k8s.io", kind: "Gateway", namespace, name }],
    hostnames: [url.hostname],
    rules: [
      {
        matches: publicPaths(url).map((value) => ({ path: { type: "Exact", value } })),
        backendRefs: [{ group: "", kind: "Service", name: service, port, weight: 1 }],
        timeouts: { request: timeout, backendRequest: timeout },
        ...(sessions === Sessions.Affinity && {
          sessionPersistence: { type: "Cookie", sessionName: "mcp-affinity", absoluteTimeout: "3h" },
        }),
      },
    ],
  };
}
