import * as kubernetes from "@pulumi/kubernetes";
import type { input } from "@pulumi/kubernetes/types";
import * as pulumi from "../pulumi";
import { InvalidInputError, type Problem } from "../server";
import { metadata, type Placement } from "./metadata";
import { checksum, withValues } from "./secret";
import type { McpStatefulSetArgs } from "./statefulSetArgs";

/** Folder of the files in the container. */
export const FILES_FOLDER = "/etc/mcp";

/** Files in a pod, and the annotation by which it is replaced when one of them changes. */
export interface MountedFiles {
  volume: input.core.v1.Volume;
  mount: input.core.v1.VolumeMount;
  annotations: Record<string, pulumi.Input<string>>;
}

/** Annotation of a pod whose value changes with its files. */
const CHECKSUM = "checksum/files";

/** For the owner and the group, which is the pod's own. */
const MODE = 0o440;

/**
 * The files that a service reads: a ConfigMap, and a Secret for those that are secret, each with a name of its own for
 * every content, so that a pod that starts again does so with the files of its revision.
 */
export function createFiles(
  parent: pulumi.Resource,
  place: Placement,
  args: Pick<McpStatefulSetArgs, "files" | "secretFiles">,
): MountedFiles | undefined {
  const files = withValues(args.files);
  const secretFiles = withValues(args.secretFiles);
  if (files === undefined && secretFiles === undefined) return undefined;
  const problems = [...nameProblems(files, "files"), ...nameProblems(secretFiles, "secretFiles")];
  if (problems.length > 0) throw new InvalidInputError(problems);
  const named = { metadata: metadata({ ...place, fixedNames: false }) };
  const [map, secret] = [
    files && new kubernetes.core.v1.ConfigMap(`${place.name}-files`, { ...named, data: files }, { parent }),
    secretFiles &&
      new kubernetes.core.v1.Secret(
        `${place.name}-secret-files`,
        { ...named, stringData: pulumi.secret(secretFiles) },
        { parent },
      ),
  ];
  const contents = pulumi.all([files, secretFiles]).apply(([plain, secret]) => ({ ...plain, ...secret }));
  return {
    volume: {
      name: "files",
      projected: {
        defaultMode: MODE,
        sources: [
          ...(map ? [{ configMap: { name: map.metadata.name } }] : []),
          ...(secret ? [{ secret: { name: secret.metadata.name } }] : []),
        ],
      },
    },
    mount: { name: "files", mountPath: FILES_FOLDER, readOnly: true },
    annotations: { [CHECKSUM]: checksum(place.name, contents) },
  };
}

/** Names that no file of a ConfigMap can have. Those of files that are not known yet are left to the API server. */
function nameProblems(files: McpStatefulSetArgs["files"], path: string): Problem[] {
  if (files === undefined || pulumi.Output.isInstance(files) || files instanceof Promise) return [];
  return Object.keys(files)
    .filter((name) => !/^[-._a-zA-Z0-9]{1,253}$/.test(name) || name.startsWith(".."))
    .map((name) => ({
      path: `${path}.${name}`,
      message: "this is no name of a file in a ConfigMap",
      got: name,
      allowed: "letters, digits, hyphens, underscores and dots",
      fix: "name it without a folder",
    }));
}
