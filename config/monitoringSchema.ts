import { z } from "zod";
import { MetricsDiscovery } from "../components/kubernetes/monitoring/args";
import { pinned as image, labelMap, port, text, variable } from "./values";

/** Who is told of alerts. What is secret stands in `mcp:secrets`, under the name that is given here. */
const receiver = z.strictObject({
  name: text,
  severity: z.enum(["critical", "warning"]).optional(),
  webhook: z.strictObject({ urlSecret: variable }).optional(),
  slack: z.strictObject({ urlSecret: variable, channel: text }).optional(),
  email: z
    .strictObject({
      smarthost: text,
      from: text,
      to: text,
      username: text.optional(),
      passwordSecret: variable.optional(),
      requireTls: z.boolean().optional(),
    })
    .optional(),
});
export type Receiver = z.infer<typeof receiver>;

const prometheus = z.strictObject({
  image: image.optional(),
  port: port.optional(),
  retention: text.optional(),
  retentionSize: text.optional(),
  scrapeInterval: text.optional(),
  memoryLimit: text.optional(),
  volumeSize: text.optional(),
  storageClass: text.optional(),
});
const alertmanager = z.strictObject({
  image: image.optional(),
  port: port.optional(),
  receivers: z.array(receiver).optional(),
  volumeSize: text.optional(),
  storageClass: text.optional(),
});
const grafana = z.strictObject({ enabled: z.boolean().optional(), image: image.optional(), port: port.optional() });

/**
 * `mcp:monitoring`: Prometheus, Alertmanager and Grafana beside the servers of a Docker stack; in a cluster what its own
 * monitoring needs, and a Prometheus and an Alertmanager on request.
 */
export const monitoringSchema = z.strictObject({
  discovery: z.enum(MetricsDiscovery).optional(),
  labels: labelMap.optional(),
  fromNamespace: text.optional(),
  prometheus: prometheus.optional(),
  alertmanager: alertmanager.optional(),
  grafana: grafana.optional(),
  thresholds: z.record(text, z.union([z.string(), z.number()])).optional(),
  runbookBaseUrl: text.optional(),
});
export type MonitoringConfig = z.infer<typeof monitoringSchema>;

/** Known keys of the objects in `mcp:monitoring`. */
export const MONITORING_SHAPES: Record<string, z.ZodObject> = {
  prometheus,
  alertmanager,
  grafana,
  receivers: receiver,
};
