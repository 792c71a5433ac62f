import { toYaml } from "../monitoring/yaml";
import type { Endpoint } from "./destinations";
import { lineOperators, type Operator, withIds } from "./lineOperators";

/** What the shipper's config is made from. */
export interface ShipperSettings {
  /** Patterns of the files to read. */
  files: string[];
  /** The first steps of a record, which know how the container engine writes its files. */
  source: Operator[];
  endpoint: Endpoint;
  /** Folder of the checkpoints and of the queue, on a volume. */
  storage: string;
  /** Port that says how the shipper is. */
  healthPort: number;
}

/** Bytes of records that wait on the volume while the endpoint can't be reached, beyond those that stand in the files. */
const QUEUE_BYTES = 256 * 1024 * 1024;

const STORAGE = "file_storage";

/**
 * Feature of the collector without which up to 100 lines are in memory alone when it is killed: their place in the file
 * is already written down. Source: open-telemetry/opentelemetry-collector-contrib issue 35456.
 */
export const SHIPPER_FEATURES = "stanza.synchronousLogEmitter";

/**
 * Config of an OpenTelemetry Collector that ships log files. A line counts as read once it stands in the queue on the
 * volume, and leaves that once the endpoint has taken it: what is interrupted is sent again, and nothing is skipped.
 */
export function shipperConfig({ files, source, endpoint, storage, healthPort }: ShipperSettings): string {
  const { url, encoding, headers = {}, operators } = endpoint;
  return toYaml({
    extensions: {
      [STORAGE]: {
        directory: storage,
        recreate: true,
        compaction: { on_start: true, on_rebound: true, directory: storage, cleanup_on_start: true },
      },
      health_check: { endpoint: `0.0.0.0:${healthPort}` },
    },
    receivers: {
      file_log: {
        include: files,
        exclude: files.flatMap((pattern) => [`${pattern}.gz`, `${pattern}.tmp`]),
        start_at: "beginning",
        storage: STORAGE,
        include_file_name: false,
        include_file_path: true,
        include_file_record_offset: true,
        // A part of a long line may end with a space.
        preserve_trailing_whitespaces: true,
        // Files are told apart by their beginning, in which the time stands behind the first line's text.
        fingerprint_size: "4kib",
        max_log_size: "1mib",
        retry_on_failure: { enabled: true, max_elapsed_time: "0s" },
        operators: withIds([...source, ...lineOperators(), ...operators]),
      },
    },
    exporters: {
      otlp_http: {
        logs_endpoint: url,
        encoding,
        compression: encoding === "json" ? "none" : "gzip",
        ...(Object.keys(headers).length > 0 && { headers }),
        // For ever: whoever is unreachable at night takes the logs in the morning.
        retry_on_failure: { enabled: true, max_interval: "30s", max_elapsed_time: "0s" },
        sending_queue: {
          storage: STORAGE,
          sizer: "bytes",
          queue_size: QUEUE_BYTES,
          // Back-pressure: the files are read no further.
          block_on_overflow: true,
          num_consumers: 2,
          batch: { sizer: "items", min_size: 1_000, max_size: 1_000, flush_timeout: "500ms" },
        },
      },
    },
    service: {
      extensions: [STORAGE, "health_check"],
      pipelines: { logs: { receivers: ["file_log"], exporters: ["otlp_http"] } },
      telemetry: { logs: { level: "warn", encoding: "json" }, metrics: { level: "none" } },
    },
  });
}
