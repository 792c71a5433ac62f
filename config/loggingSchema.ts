import { z } from "zod";
import { labelMap, pinned, port, scalar, text, variable } from "./values";

/** What each service of the logs can be told. */
const service = z.strictObject({
  image: pinned.optional(),
  memoryLimit: text.optional(),
  volumeSize: text.optional(),
  storageClass: text.optional(),
});
const elasticsearch = service.extend({ port: port.optional() });
const logstash = service.extend({ filter: text.optional() });
const kibana = service.extend({ enabled: z.boolean().optional(), port: port.optional() });
const shipper = z.strictObject({
  image: pinned.optional(),
  memoryLimit: text.optional(),
  port: port.optional(),
  containersFolder: text.optional(),
  namespace: text.optional(),
  imagePullSecrets: z.array(text).optional(),
  podsFolder: text.optional(),
  storageFolder: text.optional(),
  nodeSelector: labelMap.optional(),
});

/** Where the logs go that are not kept here. What is secret stands in `mcp:secrets`, under the name that is given here. */
const destination = z.strictObject({
  elasticsearch: z
    .strictObject({
      url: text,
      username: text.optional(),
      passwordSecret: variable.optional(),
      setup: z.boolean().optional(),
    })
    .optional(),
  otlp: z
    .strictObject({
      url: text,
      headers: z.record(text, scalar).optional(),
      secretHeaders: z.record(text, variable).optional(),
    })
    .optional(),
  loki: z
    .strictObject({
      url: text,
      tenant: text.optional(),
      username: text.optional(),
      passwordSecret: variable.optional(),
    })
    .optional(),
});

/** `mcp:logging`: the logs of all servers of a stack in one place. */
export const loggingSchema = z.strictObject({
  version: scalar.optional(),
  security: z.boolean().optional(),
  retentionDays: z.number().optional(),
  index: text.optional(),
  elasticsearch: elasticsearch.optional(),
  logstash: logstash.optional(),
  kibana: kibana.optional(),
  shipper: shipper.optional(),
  destination: destination.optional(),
});
export type LoggingConfig = z.infer<typeof loggingSchema>;

/** Known keys of the objects in `mcp:logging`. */
export const LOGGING_SHAPES: Record<string, z.ZodObject> = { elasticsearch, logstash, kibana, shipper, destination };
