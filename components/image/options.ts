import { ImageLayout, type ImageSettings, type ResolvedServer } from "../server";
import { defaultBase, fromMirror } from "./base";
import { readCertificates } from "./certificate";
import { originLabels } from "./labels";
import type { DockerfileOptions } from "./stages";

/** Proxies need no ARG: the builder knows them, and keeps them out of the history as long as nobody declares them. */
const PREDEFINED = /^(https?|ftp|no|all)_proxy$/i;

/**
 * What a written Dockerfile follows from the settings.
 * @param revision digest of the source, for the label; left out in a Dockerfile that outlives this source
 */
export function dockerfileOptions(
  server: ResolvedServer,
  image: ImageSettings,
  { buildSecrets = [], revision }: { buildSecrets?: string[]; revision?: string },
): DockerfileOptions {
  const { layout, base, mirror, caCertificate, buildArgs = {}, repository } = image;
  const names = [...Object.keys(buildArgs), ...buildSecrets];
  return {
    layout: layout ?? ImageLayout.MultiStage,
    base: fromMirror(base ?? defaultBase(server), mirror),
    securityUpdates: image.securityUpdates ?? false,
    systemPackages: image.systemPackages ?? [],
    buildPackages: image.buildPackages ?? [],
    buildArguments: [...new Set(names)].filter((name) => !PREDEFINED.test(name)).sort(),
    ...(caCertificate !== undefined && { certificates: readCertificates(caCertificate) }),
    ...(image.refresh !== undefined && { refresh: image.refresh }),
    labels: originLabels(server.source, { ...(revision !== undefined && { revision }), repository }),
  };
}
