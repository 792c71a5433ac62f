import type { SetupStep } from "../../provider/logging/setupStep";
import { NUMBER_FIELDS, TEXT_FIELDS } from "./fields";

/** Users of Elasticsearch beyond its own: each may do what its service does, and nothing else. */
export const LOG_USERS = { writer: "mcp-logs-writer", reader: "mcp-logs-reader" } as const;

/** What the indices are made from. */
export interface IndexSettings {
  /** Beginning of the names of the indices: one a day, such as "mcp-logs-2026.11.24". */
  index: string;
  /** Days that logs are kept; 0 for ever. */
  retentionDays: number;
  /** Copies of each index beyond the first. Left out, Elasticsearch's own default. */
  replicas?: number;
}

export const INDEX_DEFAULTS = { index: "mcp-logs", retentionDays: 30 } as const;

/** Makes indices of logs what they should be, before there is one. Each step may be done again at any time. */
export const indexSetup = (settings: IndexSettings): SetupStep[] => [
  ...(settings.retentionDays > 0
    ? [{ method: "PUT", path: `/_ilm/policy/${settings.index}`, body: { policy: retentionPolicy(settings) } } as const]
    : []),
  { method: "PUT", path: `/_index_template/${settings.index}`, body: indexTemplate(settings) },
];

/** An index is of one day, and as old as its beginning. */
const retentionPolicy = ({ retentionDays }: IndexSettings): object => ({
  phases: {
    hot: { actions: {} },
    delete: { min_age: `${retentionDays}d`, actions: { delete: {} } },
  },
});

/** Every field is named: what servers write beyond that is found under `fields`, and never makes a mapping of its own. */
export const indexTemplate = ({ index, retentionDays, replicas }: IndexSettings): object => ({
  index_patterns: [`${index}-*`],
  priority: 200,
  template: {
    settings: {
      number_of_shards: 1,
      ...(replicas !== undefined && { number_of_replicas: replicas }),
      ...(retentionDays > 0 && { "index.lifecycle.name": index }),
    },
    mappings: { dynamic: false, properties: properties() },
  },
  _meta: { managed_by: "pulumi-mcp-deploy" },
});

const keyword = { type: "keyword", ignore_above: 1_024 };

function properties(): object {
  const texts = TEXT_FIELDS.filter((name) => name !== "message" && name !== "timestamp");
  return {
    "@timestamp": { type: "date" },
    ...Object.fromEntries(
      ["server", "stack", "container", "namespace", "pod", "stream"].map((name) => [name, keyword]),
    ),
    offset: { type: "long" },
    message: { type: "text" },
    timestamp: { type: "date", ignore_malformed: true },
    ...Object.fromEntries(texts.map((name) => [name, keyword])),
    ...Object.fromEntries(NUMBER_FIELDS.map((name) => [name, { type: "double" }])),
    fields: { type: "flattened", ignore_above: 1_024, depth_limit: 100 },
  };
}

/** Passwords of Elasticsearch's users. */
export interface LogPasswords {
  kibana: string;
  writer: string;
  reader: string;
}

/** Gives each service a user of its own, so that none needs the superuser's password. */
export const userSetup = (index: string, passwords: LogPasswords): SetupStep[] => [
  { method: "POST", path: "/_security/user/kibana_system/_password", body: { password: passwords.kibana } },
  ...user(LOG_USERS.writer, passwords.writer, index, ["auto_configure", "index"]),
  ...user(LOG_USERS.reader, passwords.reader, index, ["read", "view_index_metadata"]),
];

const user = (name: string, password: string, index: string, privileges: string[]): SetupStep[] => [
  {
    method: "PUT",
    path: `/_security/role/${name}`,
    body: { cluster: ["monitor"], indices: [{ names: [`${index}-*`], privileges }] },
  },
  { method: "PUT", path: `/_security/user/${name}`, body: { password, roles: [name] } },
];
