import { dataViewSetup, INDEX_DEFAULTS, indexSetup, LOG_USERS, type SetupStep, userSetup } from "../../logging";
import * as pulumi from "../../pulumi";
import type { KibanaServiceArgs, LogStackArgs } from "./args";
import { elasticsearchService } from "./elasticsearch";
import { logstashGateway } from "./gateway";
import { generated } from "./generated";
import { kibanaService } from "./kibana";
import { known } from "./known";
import type { LogPlatform, LogServiceOptions, RunningLogService } from "./platform";
import type { ShipperTarget } from "./shipper";

/** Elasticsearch, Logstash and Kibana of a stack's own. */
export interface ElasticStack {
  /** Where the shipper sends to. */
  target: ShipperTarget;
  /** URL by which this machine reaches Elasticsearch, or pods of the cluster do. Known once it is set up. */
  elasticsearchUrl: pulumi.Output<string>;
  /** URL by which the stack's other services reach it. Known once it is set up. */
  networkUrl: pulumi.Output<string>;
  kibanaUrl?: pulumi.Output<string>;
  password?: pulumi.Output<string>;
  readerName?: string;
  readerPassword?: pulumi.Output<string>;
}

/** Seconds that a service may take to answer once it is ready. */
const ANSWER_SECONDS = 120;

/** Elasticsearch first, then its users and indices, and only then whoever uses them. */
export function elasticStack(platform: LogPlatform, args: LogStackArgs, parent: pulumi.Resource): ElasticStack {
  const { version } = args;
  const elasticsearch = known(args.elasticsearch, "elasticsearch") ?? {};
  const kibana = known(args.kibana, "kibana") ?? {};
  const security = known(args.security, "security") ?? true;
  const index = pulumi.output(args.index ?? INDEX_DEFAULTS.index);
  const passwords = security ? passwordsOf(parent) : undefined;

  const store = platform.run(elasticsearchService(version, elasticsearch, passwords?.elastic), { parent });
  const steps = pulumi
    .all([index, args.retentionDays ?? INDEX_DEFAULTS.retentionDays, pulumi.output(passwords)])
    .apply(([index, retentionDays, known]) => [
      ...(known ? userSetup(index, known) : []),
      // It is one node alone: a copy of an index would have no place.
      ...indexSetup({ index, retentionDays, replicas: 0 }),
    ]);
  const setup = setUp("elasticsearch", store, passwords, passwords ? pulumi.secret(steps) : steps, parent);
  const after = { parent, dependsOn: setup };
  const writer = passwords && { username: LOG_USERS.writer, password: passwords.writer };
  const networkUrl = pulumi.all([store.url, setup.readyUrl]).apply(([url]) => url);
  return {
    target: logstashGateway(platform, args, { url: store.url, index, ...writer }, after),
    elasticsearchUrl: setup.readyUrl,
    networkUrl,
    ...(known(kibana.enabled, "kibana.enabled") !== false && {
      kibanaUrl: runKibana(platform, version, kibana, { url: store.url, index, passwords }, after),
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
  platform: LogPlatform,
  version: LogStackArgs["version"],
  kibana: KibanaServiceArgs,
  {
    url,
    index,
    passwords,
  }: { url: pulumi.Output<string>; index: pulumi.Output<string>; passwords: Passwords | undefined },
  after: LogServiceOptions,
): pulumi.Output<string> {
  const { parent } = after;
  const encryptionKey = generated("kibana-encryption-key", parent);
  const service = kibanaService(platform, version, kibana, { url, password: passwords?.kibana, encryptionKey });
  const shown = platform.run(service, after);
  return setUp("kibana", shown, passwords, index.apply(dataViewSetup), parent).readyUrl;
}

/** Sets a service up as Elasticsearch's superuser. */
const setUp = (
  service: string,
  running: RunningLogService,
  passwords: Passwords | undefined,
  steps: pulumi.Output<SetupStep[]>,
  parent: pulumi.Resource,
): ReturnType<RunningLogService["setUp"]> =>
  running.setUp(
    `${service}-setup`,
    {
      service,
      ...(passwords && { username: "elastic", password: passwords.elastic }),
      steps,
      timeoutSeconds: ANSWER_SECONDS,
    },
    { parent },
  );

type Passwords = Record<"elastic" | "kibana" | "writer" | "reader", pulumi.Output<string>>;

const passwordsOf = (parent: pulumi.Resource): Passwords => ({
  elastic: generated("elastic-password", parent),
  kibana: generated("kibana-password", parent),
  writer: generated("log-writer-password", parent),
  reader: generated("log-reader-password", parent),
});
