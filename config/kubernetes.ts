import { z } from "zod";
import { Authentication, ExposureKind, NetworkRules } from "../components/kubernetes/args";
import { labelMap, text } from "./values";

const autoscaling = z.strictObject({
  minReplicas: z.number().optional(),
  maxReplicas: z.number(),
  cpuPercent: z.number().optional(),
  memoryPercent: z.number().optional(),
  metric: text.optional(),
  metricAverage: z.union([text, z.number()]).transform(String).optional(),
});

const exposure = z.strictObject({
  publicUrl: text,
  authentication: z.enum(Authentication).optional(),
  kind: z.enum(ExposureKind).optional(),
  ingressClass: text.optional(),
  annotations: labelMap.optional(),
  gateway: text.optional(),
  clusterIssuer: text.optional(),
  tlsSecret: text.optional(),
  authorizationServers: z.array(text).optional(),
  allowedOrigins: z.array(text).optional(),
  fromNamespace: text.optional(),
});

const peer = z.strictObject({ namespace: text.optional(), podLabels: labelMap.optional() });

const egress = z.strictObject({
  cidr: text.optional(),
  except: z.array(text).optional(),
  namespace: text.optional(),
  podLabels: labelMap.optional(),
  host: text.optional(),
  ports: z.array(z.number()).optional(),
});

const scheduling = z.strictObject({
  nodeSelector: labelMap.optional(),
  tolerations: z.array(text).optional(),
  priorityClass: text.optional(),
  spreadOver: z.array(text).optional(),
});

/** How the cluster runs one server: `kubernetes` in an entry of `mcp:servers`. The meanings stand in McpDeploymentArgs. */
export const deploymentSchema = z.strictObject({
  fixedNames: z.boolean().optional(),
  replicas: z.number().optional(),
  autoscaling: autoscaling.optional(),
  exposure: exposure.optional(),
  networkRules: z.enum(NetworkRules).optional(),
  ingress: z.array(peer).optional(),
  egress: z.array(egress).optional(),
  monitoringNamespace: text.optional(),
  scheduling: scheduling.optional(),
  secretKeys: z.record(text, z.strictObject({ secret: text, key: text })).optional(),
  imagePullSecrets: z.array(text).optional(),
  runAsUser: z.number().optional(),
  rolloutTimeoutSeconds: z.number().optional(),
});

/** The cluster of a stack: `mcp:kubernetes`. */
export const clusterSchema = z.strictObject({
  /** Context of the kubeconfig. The stack is deployed there and nowhere else. */
  context: text,
  /** URL of that cluster's API server. When it is set, a context of that name that leads elsewhere is refused. */
  server: text.optional(),
  /** Namespace of the stack. Defaults to "mcp-<stack>". */
  namespace: text.optional(),
  /** Whether the namespace is created with the stack. Defaults to true. */
  createNamespace: z.boolean().default(true),
  /** Whether objects that exist already are taken over, such as a namespace that an earlier `destroy` kept. Defaults to false: they are an error. */
  adopt: z.boolean().default(false),
  /** Whether the data of services stays when the stack is destroyed. Defaults to true. */
  keepData: z.boolean().default(true),
  quota: labelMap.optional(),
  containerLimits: labelMap.optional(),
  containerRequests: labelMap.optional(),
  imagePullSecrets: z.array(text).optional(),
});
export type ClusterConfig = z.infer<typeof clusterSchema>;

/** Known keys of the objects in an entry's `kubernetes`. */
export const DEPLOYMENT_SHAPES: Record<string, z.ZodObject> = {
  kubernetes: deploymentSchema,
  autoscaling,
  exposure,
  scheduling,
  ingress: peer,
  egress,
};
