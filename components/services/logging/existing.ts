import { INDEX_DEFAULTS, indexSetup, LogSetup, toLoki, toOtlp } from "../../logging";
import * as pulumi from "../../pulumi";
import { InvalidInputError } from "../../server";
import type { LogDestinationArgs, LogElasticsearchArgs, LogLokiArgs, LogOtlpArgs, LogStackArgs } from "./args";
import { logstashGateway } from "./gateway";
import { basicAuthorization, fromVariables, headerVariable, literal } from "./headers";
import { known } from "./known";
import type { LogPlatform } from "./platform";
import type { ShipperTarget } from "./shipper";

/** Seconds that it may take to answer: it runs already. */
const ANSWER_SECONDS = 30;

/** Where the shipper sends to when the logs go to what is there already. */
export function existing(
  platform: LogPlatform,
  args: LogStackArgs,
  destination: LogDestinationArgs,
  parent: pulumi.Resource,
): ShipperTarget {
  const elasticsearch = known(destination.elasticsearch, "destination.elasticsearch");
  const otlp = known(destination.otlp, "destination.otlp");
  const loki = known(destination.loki, "destination.loki");
  if ([elasticsearch, otlp, loki].filter((one) => one !== undefined).length !== 1) {
    throw new InvalidInputError([
      {
        path: "destination",
        message: "has to name one place",
        got: Object.keys(destination).join(", ") || "none",
        allowed: "one of elasticsearch, otlp, loki",
      },
    ]);
  }
  if (elasticsearch) return intoElasticsearch(platform, args, elasticsearch, parent);
  return otlp ? intoOtlp(otlp) : intoLoki(loki as LogLokiArgs);
}

/** Logstash writes into it, as into one of the stack's own: it keeps what it has taken while that can't be reached. */
function intoElasticsearch(
  platform: LogPlatform,
  args: LogStackArgs,
  { url, username, password, setup }: LogElasticsearchArgs,
  parent: pulumi.Resource,
): ShipperTarget {
  const { index = INDEX_DEFAULTS.index } = args;
  const indices = pulumi.all([index, args.retentionDays ?? INDEX_DEFAULTS.retentionDays]);
  const dependsOn =
    known(setup, "destination.elasticsearch.setup") !== false
      ? new LogSetup(
          "elasticsearch-setup",
          {
            service: "elasticsearch",
            url,
            ...(username !== undefined && { username, password: pulumi.secret(password ?? "") }),
            steps: indices.apply(([index, retentionDays]) => indexSetup({ index, retentionDays })),
            timeoutSeconds: ANSWER_SECONDS,
          },
          { parent },
        )
      : [];
  return logstashGateway(platform, args, { url, index, username, password }, { parent, dependsOn });
}

/** Secret headers are variables, which the shipper's config names. */
function intoOtlp({ url, headers = {}, secretHeaders }: LogOtlpArgs): ShipperTarget {
  const secrets = pulumi.output(secretHeaders ?? {});
  const names = pulumi.unsecret(secrets).apply((known) => Object.keys(known).sort());
  return {
    endpoint: pulumi
      .all([url, headers, names])
      .apply(([url, headers, names]) => toOtlp(url, { ...literal(headers), ...fromVariables(names) })),
    ...(secretHeaders && {
      secrets: pulumi.secret(
        pulumi
          .all([secrets, names])
          .apply(([known, names]) =>
            Object.fromEntries(names.map((name, at) => [headerVariable(at), known[name] ?? ""])),
          ),
      ),
    }),
  };
}

function intoLoki({ url, tenant, username, password }: LogLokiArgs): ShipperTarget {
  const endpoint = pulumi.all([url, tenant]).apply(([url, tenant]) =>
    toLoki(url, {
      ...(tenant !== undefined && literal({ "X-Scope-OrgID": tenant })),
      ...(username !== undefined && fromVariables(["Authorization"])),
    }),
  );
  return username === undefined ? { endpoint } : { endpoint, secrets: basicAuthorization(username, password ?? "") };
}
