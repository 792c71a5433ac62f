import type { input } from "@pulumi/kubernetes/types";
import type * as pulumi from "../pulumi";
import type { AutoscalingSettings } from "./settings";

/** Seconds of less load before replicas go: sessions that they hold are lost then. */
const SCALE_DOWN_SECONDS = 300;

/** A HorizontalPodAutoscaler of a server's Deployment. */
export function autoscalerSpec(
  deploymentName: pulumi.Input<string>,
  replicas: number,
  { minReplicas = replicas, maxReplicas, cpuPercent, memoryPercent, metric, metricAverage }: AutoscalingSettings,
): input.autoscaling.v2.HorizontalPodAutoscalerSpec {
  const isBare = cpuPercent === undefined && memoryPercent === undefined && metric === undefined;
  return {
    scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: deploymentName },
    minReplicas,
    maxReplicas,
    metrics: [
      ...utilization("cpu", isBare ? 80 : cpuPercent),
      ...utilization("memory", memoryPercent),
      ...(metric === undefined
        ? []
        : [
            {
              type: "Pods",
              pods: { metric: { name: metric }, target: { type: "AverageValue", averageValue: metricAverage } },
            },
          ]),
    ] as input.autoscaling.v2.MetricSpec[],
    behavior: { scaleDown: { stabilizationWindowSeconds: SCALE_DOWN_SECONDS } },
  };
}

function utilization(name: "cpu" | "memory", percent: number | undefined): input.autoscaling.v2.MetricSpec[] {
  if (percent === undefined) return [];
  return [{ type: "Resource", resource: { name, target: { type: "Utilization", averageUtilization: percent } } }];
}
