import { readFileSync } from "node:fs";
import type { Failure } from "../schema";
import { type Properties, sameValue, textOf, UNKNOWN } from "../values";

/** How the provider behaves. */
export interface Settings {
  /** Path or content of a kubeconfig; empty for that of the environment. */
  kubeconfig: string;
  context: string;
  cluster: string;
  namespace: string;
  enableServerSideApply: boolean;
  enablePatchForce: boolean;
  enableSecretMutable: boolean;
  enableConfigMapMutable: boolean;
  upsertExistingObjects: boolean;
  deleteUnreachable: boolean;
  skipUpdateUnreachable: boolean;
}

/** Settings from those of the provider resource, else from the environment, else the official plugin's defaults. */
export function settingsOf(config: Record<string, string>, env: NodeJS.ProcessEnv = process.env): Settings {
  const flag = (key: string, variable: string, standard = false): boolean => {
    const given = config[key] ?? env[`PULUMI_K8S_${variable}`];
    return given === undefined ? standard : given === "true";
  };
  return {
    kubeconfig: config.kubeconfig ?? "",
    context: config.context ?? "",
    cluster: config.cluster ?? "",
    namespace: config.namespace ?? "",
    enableServerSideApply: flag("enableServerSideApply", "ENABLE_SERVER_SIDE_APPLY", true),
    enablePatchForce: flag("enablePatchForce", "ENABLE_PATCH_FORCE"),
    enableSecretMutable: flag("enableSecretMutable", "ENABLE_SECRET_MUTABLE"),
    enableConfigMapMutable: flag("enableConfigMapMutable", "ENABLE_CONFIGMAP_MUTABLE"),
    upsertExistingObjects: flag("upsertExistingObjects", "UPSERT_EXISTING_OBJECTS"),
    deleteUnreachable: flag("deleteUnreachable", "DELETE_UNREACHABLE"),
    skipUpdateUnreachable: flag("skipUpdateUnreachable", "SKIP_UPDATE_UNREACHABLE"),
  };
}

/** What strict mode refuses: the provider that nobody made, and a cluster that is not named. */
export function checkSettings(urn: string, settings: Properties): Failure[] {
  if (settings.strictMode !== "true" && settings.strictMode !== true) return [];
  const required = (path: string): Failure[] =>
    textOf(settings[path]) === "" ? [{ path, reason: `strict mode requires Provider "${path}" argument` }] : [];
  const isDefault = /::default(_|$)/.test(urn);
  return [
    ...(isDefault ? [{ path: "", reason: "strict mode prohibits default provider" }] : []),
    ...required("kubeconfig"),
    ...required("context"),
  ];
}

/** Settings whose change means another cluster. */
export function replacingSettings(olds: Properties, news: Properties, activeCluster: ActiveCluster): string[] {
  const keys = ["kubeconfig", "context", "cluster"].filter((key) => !sameValue(olds[key], news[key]));
  if (keys.some((key) => news[key] === UNKNOWN)) return keys;
  const identifier = news.clusterIdentifier;
  if (olds.clusterIdentifier !== undefined && identifier !== undefined) {
    return sameValue(olds.clusterIdentifier, identifier) ? [] : ["clusterIdentifier"];
  }
  if (keys.length === 0) return [];
  const [before, after] = [activeCluster(olds), activeCluster(news)];
  return before !== undefined && after !== undefined && before !== after ? keys : [];
}

/** Tells clusters apart by address and certificate; undefined where a kubeconfig names none. */
export type ActiveCluster = (settings: Properties) => string | undefined;

/** The content of a kubeconfig that is given as such or by its path. */
export function kubeconfigContent(pathOrContent: string): string {
  return /^\s*\{|\n|^apiVersion:/.test(pathOrContent) ? pathOrContent : readFileSync(pathOrContent, "utf8");
}
