import { z } from "zod";
import {
  Client,
  ImageLayout,
  ImagePinning,
  Runtime,
  Scanner,
  Sessions,
  Severity,
  Target,
  Transport,
  validateImageReference,
} from "../components/server";
import { clusterSchema, DEPLOYMENT_SHAPES, deploymentSchema } from "./kubernetes";
import { LOGGING_SHAPES, loggingSchema } from "./loggingSchema";
import { MONITORING_SHAPES, monitoringSchema } from "./monitoringSchema";
import { scalar, text, variable } from "./values";

const resources = z.strictObject({
  cpuLimit: z.number().optional(),
  memoryLimit: text.optional(),
  cpuReservation: z.number().optional(),
  memoryReservation: text.optional(),
});
const health = z.strictObject({
  readinessPath: text.optional(),
  livenessPath: text.optional(),
  intervalSeconds: z.number().optional(),
  timeoutSeconds: z.number().optional(),
  startPeriodSeconds: z.number().optional(),
  retries: z.number().optional(),
  command: z.array(scalar).optional(),
});
const scan = z.strictObject({
  scanner: z.enum(Scanner).optional(),
  severity: z.enum(Severity).optional(),
  unfixed: z.boolean().optional(),
  ignore: z.array(text).optional(),
  sbom: text.optional(),
});
/** How images are built; what the stack says of all of them. */
const build = z.strictObject({
  dockerfile: text.optional(),
  layout: z.enum(ImageLayout).optional(),
  base: text.optional(),
  securityUpdates: z.boolean().optional(),
  systemPackages: z.array(text).optional(),
  buildPackages: z.array(text).optional(),
  buildArgs: z.record(variable, scalar).optional(),
  /** Build arguments whose values stand in `mcp:secrets` under the same name. */
  buildSecrets: z.array(variable).optional(),
  mirror: text.optional(),
  caCertificate: text.optional(),
  refresh: scalar.optional(),
  pinning: z.enum(ImagePinning).optional(),
  repository: text.optional(),
  scan: scan.optional(),
  platform: text.optional(),
});
/** The image of a server: one that exists already, or how it is built. */
const image = z.strictObject({ reference: text.optional(), ...build.shape });

/** An image that is deployed as it is: pinned, since nobody builds it. */
const pinnedImage = text.refine((reference) => validateImageReference(reference, "").problems.length === 0, {
  message: 'an image with a version, such as "postgres:17", or a digest; `latest` is another one tomorrow',
});

/** An entry of `mcp:services`: Redis by its kind alone, or any image. */
export const serviceSchema = z.strictObject({
  name: text,
  kind: z.enum(["redis", "image"]).default("image"),
  image: pinnedImage.optional(),
  command: z.array(scalar).optional(),
  env: z.record(variable, scalar).optional(),
  secrets: z.array(variable).optional(),
  volume: text.optional(),
  publish: z.number().int().optional(),
  internalPort: z.number().int().optional(),
  health: z.array(scalar).optional(),
  user: scalar.optional(),
  capabilities: z.array(text).optional(),
  writable: z.boolean().optional(),
  memoryLimit: text.optional(),
  cpuLimit: z.number().optional(),
  containerName: text.optional(),
  /** Size of the volume, such as "10Gi"; for the kubernetes target. */
  volumeSize: text.optional(),
  storageClass: text.optional(),
});
export type Service = z.infer<typeof serviceSchema>;

const registry = z.strictObject({
  server: text,
  namespace: text.optional(),
  /** With a username, the password is `mcp:secrets.REGISTRY_PASSWORD`. */
  username: text.optional(),
});

const bridge = z.strictObject({
  maxSessions: z.number().optional(),
  idleTimeoutSeconds: z.number().optional(),
  stateless: z.boolean().optional(),
});
const develop = z.strictObject({ mount: z.boolean().optional(), debugPort: z.number().optional() });

/** An entry of `mcp:servers`. */
export const serverSchema = z.strictObject({
  name: text,
  /** Left out for a server of which there is only an image: then `image.reference` names that. */
  source: text.optional(),
  runtime: z.enum(Runtime).optional(),
  transport: z.enum(Transport).optional(),
  entryPoint: text.optional(),
  args: z.array(scalar).optional(),
  port: z.number().optional(),
  metricsPort: z.number().optional(),
  path: text.optional(),
  env: z.record(variable, scalar).optional(),
  /** Environment variables whose values stand in `mcp:secrets` under the same name. */
  secrets: z.array(variable).optional(),
  sessions: z.enum(Sessions).optional(),
  callTimeoutSeconds: z.number().optional(),
  telemetry: z.boolean().optional(),
  resources: resources.optional(),
  health: health.optional(),
  image: image.optional(),
  bridge: bridge.optional(),
  launchedByClient: z.boolean().optional(),
  develop: develop.optional(),
  /** Where this server runs when it is not where the others do: as a process beside the stack's services in Docker. */
  target: z.enum(Target).optional(),
  /** Services of `mcp:services` that the server needs. It waits for them, and gets REDIS_URL of a Redis. */
  services: z.array(text).optional(),
  containerName: text.optional(),
  /** How the cluster runs it; for the kubernetes target. */
  kubernetes: deploymentSchema.optional(),
});
export type Server = z.infer<typeof serverSchema>;

/** Shape of a stack's config. What a value means is validated by `resolve`, so that components say the same without config. */
export const configSchema = z.strictObject({
  target: z.enum(Target).default(Target.Process),
  servers: z.array(serverSchema).min(1),
  secrets: z.record(variable, scalar).default({}),
  services: z.array(serviceSchema).default([]),
  /** How the images of all servers are built; a server's own settings go before these. */
  image: build.optional(),
  registry: registry.optional(),
  /** The cluster; for the kubernetes target. */
  kubernetes: clusterSchema.optional(),
  /** Prometheus, Alertmanager and dashboards; for the docker and kubernetes targets. */
  monitoring: monitoringSchema.optional(),
  /** Elasticsearch, Logstash, Kibana and a shipper of logs; for the docker target. */
  logging: loggingSchema.optional(),
  clients: z.array(z.enum(Client)).default([]),
});

/** The stack's config, its defaults filled in. */
export type Config = z.infer<typeof configSchema>;

/** Keys of an entry of `mcp:servers` that tell of its surroundings, or name what stands elsewhere in the config. */
const SURROUNDINGS = ["name", "target", "env", "secrets", "services", "containerName", "kubernetes"] as const;

/** What an entry of `mcp:servers` says of the server itself. */
export function describedBy(server: Server): Omit<Server, (typeof SURROUNDINGS)[number]> {
  const described: Partial<Server> = { ...server };
  for (const key of SURROUNDINGS) delete described[key];
  return described as Server;
}

/** Keys under `mcp:`. */
export const CONFIG_KEYS = Object.keys(configSchema.shape);

/** Known keys at a place of the config. */
export function knownKeys(key: string, object: string | undefined): string[] {
  const inside: Record<string, Record<string, z.ZodObject>> = {
    servers: { health, resources, image, scan, bridge, develop, ...DEPLOYMENT_SHAPES },
    monitoring: MONITORING_SHAPES,
    logging: LOGGING_SHAPES,
  };
  const top: Record<string, z.ZodObject> = {
    servers: serverSchema,
    services: serviceSchema,
    registry,
    image: build,
    kubernetes: clusterSchema,
    monitoring: monitoringSchema,
    logging: loggingSchema,
  };
  return Object.keys(((object && inside[key]?.[object]) || top[key])?.shape ?? {});
}
