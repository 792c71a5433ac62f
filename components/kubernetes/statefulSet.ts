import type { input } from "@pulumi/kubernetes/types";
import * as pulumi from "../pulumi";
import { type Labels, selectorLabels } from "./labels";
import { references } from "./pod";
import { POD_DEFAULTS, podSecurity } from "./podSecurity";
import { scratchVolumes, serviceContainer } from "./serviceContainer";
import type { MountedFiles } from "./serviceFiles";
import { IMAGE_UID } from "./settings";
import type { McpStatefulSetArgs } from "./statefulSetArgs";

/** What a service's pod needs to know of the objects around it. */
interface ServiceSurroundings {
  /** Name of the Service that governs the set. */
  service: pulumi.Input<string>;
  secretName: pulumi.Input<string> | undefined;
  files: MountedFiles | undefined;
  annotations: Record<string, pulumi.Input<string>>;
  labels: Labels;
}

/** A service of one pod with a volume that outlives it. */
export function statefulSetSpec(
  name: string,
  args: McpStatefulSetArgs,
  { service, secretName, files, annotations, labels }: ServiceSurroundings,
): input.apps.v1.StatefulSetSpec {
  const { volume, volumeSize = "1Gi", storageClass, keepData = true, imagePullSecrets } = args;
  return {
    replicas: 1,
    serviceName: service,
    // Else a pod that can't start keeps its mended successor from being started: https://github.com/kubernetes/kubernetes/issues/67250.
    podManagementPolicy: "Parallel",
    selector: { matchLabels: selectorLabels(name) },
    persistentVolumeClaimRetentionPolicy: {
      whenDeleted: pulumi.output(keepData).apply((keeps) => (keeps ? "Retain" : "Delete")),
      whenScaled: "Retain",
    },
    template: {
      metadata: { labels, ...(Object.keys(annotations).length > 0 && { annotations }) },
      spec: {
        ...POD_DEFAULTS,
        securityContext: podSecurity(args.user ?? IMAGE_UID, args.group),
        ...(imagePullSecrets && {
          imagePullSecrets: pulumi.output(imagePullSecrets).apply(references),
        }),
        terminationGracePeriodSeconds: 30,
        containers: [serviceContainer(name, args, secretName, files)],
        volumes: [...scratchVolumes(args), ...(files ? [files.volume] : [])],
      },
    },
    ...(volume !== undefined && {
      volumeClaimTemplates: [
        {
          // No labels: a change of any would replace the whole set.
          metadata: { name: "data" },
          spec: {
            accessModes: ["ReadWriteOnce"],
            resources: { requests: { storage: volumeSize } },
            ...(storageClass !== undefined && { storageClassName: storageClass }),
          },
        },
      ],
    }),
  };
}
