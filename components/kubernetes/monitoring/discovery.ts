import { JOB } from "../../monitoring";
import { selectorLabels } from "../labels";

/** Where every server serves its metrics. */
const METRICS_PATH = "/metrics";

/** What the names of Services end with that lead to every instance of a server. */
export const METRICS_SUFFIX = "-metrics";

/** Version of the Prometheus Operator's API. */
export const OPERATOR_API = "monitoring.coreos.com/v1";

/** The kinds of it that are made here. */
export const OPERATOR_KINDS = ["PodMonitor", "PrometheusRule"];

/** Annotations of a pod by which many a Prometheus finds what it reads: a custom, which the example config of Prometheus began. */
export const scrapeAnnotations = ({ metricsPort }: { metricsPort: number }): Record<string, string> => ({
  "prometheus.io/scrape": "true",
  "prometheus.io/port": String(metricsPort),
  "prometheus.io/path": METRICS_PATH,
});

/**
 * What the Prometheus Operator has to know of a server. Pods are read themselves, those that are not ready too: a Service
 * would leave them out, and nobody would be told of them.
 */
export const podMonitorSpec = (server: string): object => ({
  selector: { matchLabels: selectorLabels(server) },
  podMetricsEndpoints: [
    {
      port: "metrics",
      path: METRICS_PATH,
      // What the operator would choose is the name of the PodMonitor.
      relabelings: [
        { action: "replace", targetLabel: "job", replacement: JOB },
        { action: "replace", targetLabel: "server", replacement: server },
      ],
    },
  ],
});
