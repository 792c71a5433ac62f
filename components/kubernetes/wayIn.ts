import * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "../pulumi";
import type { DeployedServer } from "../server";
import { ExposureKind } from "./args";
import { httpRouteSpec, ingressAnnotations, ingressSpec } from "./exposure";
import { metadata, NO_WAIT, type Placement } from "./metadata";
import { SERVICE_PORT } from "./service";
import type { ExposureSettings } from "./settings";

/** The way in from outside the cluster. */
export function expose(
  parent: pulumi.Resource,
  server: DeployedServer,
  exposure: ExposureSettings,
  place: Placement,
  service: kubernetes.core.v1.Service,
): void {
  const backend = { service: service.metadata.name, port: SERVICE_PORT };
  if (exposure.kind === ExposureKind.Gateway) {
    new kubernetes.apiextensions.CustomResource(
      `${server.name}-route`,
      {
        apiVersion: "gateway.networking.k8s.io/v1",
        kind: "HTTPRoute",
        metadata: metadata(place, { annotations: exposure.annotations ?? {} }),
        spec: httpRouteSpec(server, exposure, backend),
      },
      { parent },
    );
    return;
  }
  const annotations = { ...NO_WAIT, ...ingressAnnotations(server, exposure) };
  new kubernetes.networking.v1.Ingress(
    `${server.name}-ingress`,
    { metadata: metadata(place, { annotations }), spec: ingressSpec(server.name, exposure, backend) },
    { parent },
  );
}
