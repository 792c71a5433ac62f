import type { SetupStep } from "../../provider/logging/setupStep";
import { toYaml } from "../monitoring/yaml";

/** What kibana.yml is made from. */
export interface KibanaSettings {
  /** URL of Elasticsearch, as Kibana reaches it. */
  elasticsearchUrl: string;
  /** URL of Kibana, as browsers reach it. */
  publicUrl: string;
  /** Password of Elasticsearch's user kibana_system, where it asks who reads. A secret. */
  password?: string;
  /** At least 32 characters: what sessions and saved secrets are encrypted with. A secret. */
  encryptionKey: string;
}

/** kibana.yml. It holds secrets: Kibana's image would make arguments of variables, which everybody on the machine can read. */
export const kibanaConfig = ({ elasticsearchUrl, publicUrl, password, encryptionKey }: KibanaSettings): string =>
  toYaml({
    "server.name": "kibana",
    "server.host": "0.0.0.0",
    "server.publicBaseUrl": publicUrl,
    "elasticsearch.hosts": [elasticsearchUrl],
    ...(password !== undefined && { "elasticsearch.username": "kibana_system", "elasticsearch.password": password }),
    "xpack.encryptedSavedObjects.encryptionKey": encryptionKey,
    "xpack.reporting.encryptionKey": encryptionKey,
    "xpack.security.encryptionKey": encryptionKey,
    "telemetry.optIn": false,
    "newsfeed.enabled": false,
  });

/** Data view of the logs. One that is there stays: its user may have changed it. */
export const dataViewSetup = (index: string): SetupStep[] => [
  {
    method: "POST",
    path: "/api/data_views/data_view",
    body: { data_view: { id: index, title: `${index}-*`, name: "MCP servers", timeFieldName: "@timestamp" } },
    unless: `/api/data_views/data_view/${index}`,
  },
];
