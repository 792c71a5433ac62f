import type { KubeConfig } from "@kubernetes/client-node";
import { rawApply } from "../../support/rawApply";
import type { Verdict } from "../judges";
import type { Manifest } from "./manifests";

/** Where the API has the kinds that are deployed: their plurals, and whether they belong to a namespace. */
const PLURALS: Record<string, string> = {
  Deployment: "deployments",
  StatefulSet: "statefulsets",
  Service: "services",
  ServiceAccount: "serviceaccounts",
  Secret: "secrets",
  ConfigMap: "configmaps",
  NetworkPolicy: "networkpolicies",
  Ingress: "ingresses",
  HorizontalPodAutoscaler: "horizontalpodautoscalers",
  PodDisruptionBudget: "poddisruptionbudgets",
  ResourceQuota: "resourcequotas",
  LimitRange: "limitranges",
  PodMonitor: "podmonitors",
  PrometheusRule: "prometheusrules",
};

/**
 * Lets a cluster's API server take an object without keeping it, as strictly as it can.
 * @returns why it refuses it, and what it warns of: deprecated fields, and pods that the namespace would refuse
 */
export async function dryRun(config: KubeConfig, manifest: Manifest): Promise<Verdict[]> {
  const { apiVersion, kind, metadata } = manifest;
  const plural = PLURALS[kind];
  if (plural === undefined) throw new Error(`${kind} is no kind whose path is known here`);
  const root = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const query = new URLSearchParams({ dryRun: "All", fieldManager: "judge", fieldValidation: "Strict" });
  const path = `${root}/namespaces/${metadata.namespace}/${plural}/${metadata.name}?${query}`;
  const { status, body, warnings } = await rawApply(config, path, manifest);
  const file = `${kind}/${metadata.name}`;
  const found = warnings.map((message) => ({ file, rule: "warning", message }));
  if (status < 300) return found;
  return [...found, { file, rule: String(status), message: String(JSON.parse(body).message) }];
}
