import { z } from "zod";
import { Client, Runtime, Target, Transport } from "./components/server";

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
});
export type Server = z.infer<typeof serverSchema>;

/** Shape of a stack's config. What a value means is validated by `resolve`, so that components say the same without config. */
export const configSchema = z.strictObject({
  target: z.enum(Target).default(Target.Process),
  servers: z.array(serverSchema).min(1),
  secrets: z.record(variable, scalar).default({}),
  clients: z.array(z.enum(Client)).default([]),
});

/** Keys under `mcp:`. */
export const CONFIG_KEYS = Object.keys(configSchema.shape);

/** Known keys of the objects in an entry of `mcp:servers`, and of the entry itself. */
export function serverKeys(object: string | undefined): string[] {
  const shapes: Record<string, z.ZodObject> = { health, resources };
  return Object.keys(((object && shapes[object]) || serverSchema).shape);
}
