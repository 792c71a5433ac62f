import { dataViewSetup, INDEX_DEFAULTS, indexSetup, LOG_USERS, LogSetup, userSetup } from "../../logging";
import * as pulumi from "../../pulumi";
import { LOOPBACK } from "../containerInputs";
import { McpService } from "../mcpService";
import type { KibanaArgs, McpLoggingArgs } from "./args";
import { ELASTICSEARCH, elasticsearchService } from "./elasticsearch";
import { logstashGateway } from "./gateway";
import { generated } from "./generated";
import { KIBANA, kibanaService } from "./kibana";
import { known } from "./known";
import type { ShipperTarget } from "./shipper";

/** Elasticsearch, Logstash and Kibana of a stack's own. */
export interface ElasticStack {
  /** Where the shipper sends to. */
  target: ShipperTarget;
  elasticsearchUrl: pulumi.Output<string>;
  networkUrl: pulumi.Output<string>;
  kibanaUrl?: pulumi.Output<string>;
  password?: pulumi.Output<string>;
  readerName?: string;
  readerPassword?: pulumi.Output<string>;
}

/** Where Elasticsearch is on the Docker network. */
const NETWORK_URL = `http://${ELASTICSEARCH.name}:${ELASTICSEARCH.port}`;

/** Seconds that a service may take to answer once it is ready. */
const ANSWER_SECONDS = 120;

/** Elasticsearch first, then its users and indices, and only then whoever uses them. */
export function elasticStack(args: McpLoggingArgs, parent: pulumi.Resource): ElasticStack {
  const { network, version } = args;
  const elasticsearch = known(args.elasticsearch, "elasticsearch") ?? {};
  const kibana = known(args.kibana, "kibana") ?? {};
  const security = known(args.security, "security") ?? true;
  const index = pulumi.output(args.index ?? INDEX_DEFAULTS.index);
  const passwords = security ? passwordsOf(parent) : undefined;
  const asElastic = passwords && { username: "elastic", password: passwords.elastic };

  const store = new McpService(
    ELASTICSEARCH.name,
    { network, ...elasticsearchService(version, elasticsearch, passwords?.elastic) },
    { parent },
  );
  const steps = pulumi
    .all([index, args.retentionDays ?? INDEX_DEFAULTS.retentionDays, pulumi.output(passwords)])
    .apply(([index, retentionDays, known]) => [
      ...(known ? userSetup(index, known) : []),
      // It is one node alone: a copy of an index would have no place.
      ...indexSetup({ index, retentionDays, replicas: 0 }),
    ]);
  const setup = new LogSetup(
    "elasticsearch-setup",
    {
      service: ELASTICSEARCH.name,
      url: localUrl(elasticsearch.port ?? ELASTICSEARCH.port),
      ...asElastic,
      steps: passwords ? pulumi.secret(steps) : steps,
      triggers: pulumi.output([store.containerId]),
      timeoutSeconds: ANSWER_SECONDS,
    },
    { parent },
  );
  const after = { parent, dependsOn: setup };
  const writer = passwords && { username: LOG_USERS.writer, password: passwords.writer };
  return {
    target: logstashGateway(args, { url: NETWORK_URL, index, ...writer }, after),
    elasticsearchUrl: setup.readyUrl,
    networkUrl: setup.readyUrl.apply(() => NETWORK_URL),
    ...(known(kibana.enabled, "kibana.enabled") !== false && {
      kibanaUrl: runKibana(args, kibana, { index, passwords }, after),
    }),
    ...(passwords && {
      password: passwords.elastic,
      readerName: LOG_USERS.reader,
      readerPassword: passwords.reader,
    }),
  };
}

/** Kibana with a view of the logs; its URL once it is ready. */
function runKibana(
  { network, version }: McpLoggingArgs,
  kibana: KibanaArgs,
  { index, passwords }: { index: pulumi.Output<string>; passwords: Passwords | undefined },
  after: { parent: pulumi.Resource; dependsOn: pulumi.Resource },
): pulumi.Output<string> {
  const { parent } = after;
  const encryptionKey = generated("kibana-encryption-key", parent);
  const target = { url: NETWORK_URL, password: passwords?.kibana, encryptionKey };
  const shown = new McpService(KIBANA.name, { network, ...kibanaService(version, kibana, target) }, after);
  return new LogSetup(
    "kibana-setup",
    {
      service: KIBANA.name,
      url: localUrl(kibana.port ?? KIBANA.port),
      ...(passwords && { username: "elastic", password: passwords.elastic }),
      steps: index.apply(dataViewSetup),
      triggers: pulumi.output([shown.containerId]),
      timeoutSeconds: ANSWER_SECONDS,
    },
    { parent },
  ).readyUrl;
}

type Passwords = Record<"elastic" | "kibana" | "writer" | "reader", pulumi.Output<string>>;

const passwordsOf = (parent: pulumi.Resource): Passwords => ({
  elastic: generated("elastic-password", parent),
  kibana: generated("kibana-password", parent),
  writer: generated("log-writer-password", parent),
  reader: generated("log-reader-password", parent),
});

const localUrl = (port: pulumi.Input<number>): pulumi.Output<string> => pulumi.interpolate`http://${LOOPBACK}:${port}`;
