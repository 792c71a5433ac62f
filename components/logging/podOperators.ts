import { asDocument, FILE_PATH, wholeLines } from "./fileOperators";
import type { Operator } from "./lineOperators";

/** A server, whose container in its pods is called like it. */
export interface PodSource {
  namespace: string;
  /** Name of the Deployment: those of its pods begin with it. */
  deployment: string;
  /** Name of the server. */
  name: string;
}

/**
 * Files of the servers' containers in the kubelet's folder, those that it rotated away included:
 * `<namespace>_<pod>_<uid>/<container>/<restarts>.log`. Source: pkg/kubelet/kuberuntime/helpers.go of kubernetes/kubernetes.
 */
export const podFiles = (folder: string, servers: PodSource[]): string[] =>
  servers.flatMap(({ namespace, deployment, name }) => {
    const file = `${folder}/${namespace}_${deployment}-*_*/${name}/*.log`;
    return [file, `${file}.*`];
  });

/** A line as the kubelet's interface to container engines has it: time, stream, tags, of which the first says whether it is a part, and text. */
const LINE = "(?s)^(?P<time>[^ ]+) (?P<stream>stdout|stderr) (?P<tags>[^ ]*) ?(?P<log>.*)";

const PLACE = "/(?P<namespace>[^_/]+)_(?P<pod>[^_/]+)_(?P<uid>[^_/]+)/(?P<server>[^/]+)/(?P<restart>[0-9]+)[.]log";

/** Reads lines of containerd or CRI-O. What they belong to is told by the path, so that no right in the cluster is needed. */
export const podOperators = (stack: string): Operator[] => [
  { type: "regex_parser", regex: LINE, parse_to: "body", on_error: "drop_quiet" },
  ...wholeLines('body.tags startsWith "F"'),
  { type: "regex_parser", regex: PLACE, parse_from: FILE_PATH, parse_to: "attributes.file" },
  ...["namespace", "pod", "server"].map((part) => ({
    type: "move",
    from: `attributes.file.${part}`,
    to: `attributes.${part}`,
  })),
  { type: "add", field: "attributes.stack", value: stack },
  ...asDocument('attributes.file.uid + "-" + attributes.file.restart'),
  { type: "remove", field: "attributes.file" },
];
