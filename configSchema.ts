import { z } from "zod";
import { Client, ImageLayout, Runtime, Target, Transport } from "./components/server";

const text = z.string().min(1);
// YAML reads `8080` and `true` as a number and a boolean; as an argument or an environment variable they are text.
const scalar = z.union([z.string(), z.number(), z.boolean()]).transform(String);
const variable = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, "letters, digits and _, the first no digit");

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
});
const image = z.strictObject({
  dockerfile: text.optional(),
  layout: z.enum(ImageLayout).optional(),
  base: text.optional(),
  securityUpdates: z.boolean().optional(),
  systemPackages: z.array(text).optional(),
  buildArgs: z.record(text, scalar).optional(),
  platform: text.optional(),
});
/** An entry of `mcp:services`: Redis by its kind alone, or any image. */
export const serviceSchema = z.strictObject({
  name: text,
  kind: z.enum(["redis", "image"]).default("image"),
  image: text.optional(),
  command: z.array(scalar).optional(),
  env: z.record(variable, scalar).optional(),
  secrets: z.array(variable).optional(),
  volume: text.optional(),
  publish: z.number().int().optional(),
  health: z.array(scalar).optional(),
  user: scalar.optional(),
  capabilities: z.array(text).optional(),
  writable: z.boolean().optional(),
  memoryLimit: text.optional(),
  cpuLimit: z.number().optional(),
  containerName: text.optional(),
});
export type Service = z.infer<typeof serviceSchema>;

const registry = z.strictObject({
  server: text,
  namespace: text.optional(),
  /** With a username, the password is `mcp:secrets.REGISTRY_PASSWORD`. */
  username: text.optional(),
});

/** An entry of `mcp:servers`. */
export const serverSchema = z.strictObject({
  name: text,
  source: text,
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
  resources: resources.optional(),
  health: health.optional(),
  image: image.optional(),
  /** Services of `mcp:services` that the server needs. It waits for them, and gets REDIS_URL of a Redis. */
  services: z.array(text).optional(),
  containerName: text.optional(),
});
export type Server = z.infer<typeof serverSchema>;

/** Shape of a stack's config. What a value means is validated by `resolve`, so that components say the same without config. */
export const configSchema = z.strictObject({
  target: z.enum(Target).default(Target.Process),
  servers: z.array(serverSchema).min(1),
  secrets: z.record(variable, scalar).default({}),
  services: z.array(serviceSchema).default([]),
  registry: registry.optional(),
  clients: z.array(z.enum(Client)).default([]),
});

/** Keys under `mcp:`. */
export const CONFIG_KEYS = Object.keys(configSchema.shape);

/** Known keys at a place of the config. */
export function knownKeys(key: string, object: string | undefined): string[] {
  const shapes: Record<string, z.ZodObject> = { health, resources, image };
  const top: Record<string, z.ZodObject> = { servers: serverSchema, services: serviceSchema, registry };
  return Object.keys(((key === "servers" && object && shapes[object]) || top[key])?.shape ?? {});
}
