import { InvalidInputError } from "../server";
import type { AlertmanagerSettings } from "./alertmanagerSettings";
import { receiverConfig } from "./receivers";
import { NOBODY, validateAlertmanager } from "./validateReceivers";
import { toYaml } from "./yaml";

/** alertmanager.yml, and the files with secrets that it refers to. */
export interface AlertmanagerConfig {
  /** Text of alertmanager.yml. */
  config: string;
  /** Whether that text holds a secret. */
  isSecret: boolean;
  /** Secrets by file name, for `secretFolder`. Written as they are: some versions take a line break for a part of them. */
  secretFiles: { [file: string]: string };
}

/**
 * alertmanager.yml: who is told of which alerts. Without receivers, nobody.
 * @throws InvalidInputError with all that is wrong; secrets are not quoted
 */
export function alertmanagerConfig(settings: AlertmanagerSettings = {}): AlertmanagerConfig {
  const problems = validateAlertmanager(settings);
  if (problems.length > 0) throw new InvalidInputError(problems);
  const { receivers = [], groupWait = "30s", groupInterval = "5m", repeatInterval = "4h" } = settings;
  const place = { folder: settings.secretFolder, webhookUrlFiles: settings.webhookUrlFiles ?? false };
  const made = receivers.map((receiver) => receiverConfig(receiver, place));
  return {
    config: toYaml({
      route: {
        receiver: NOBODY,
        group_by: ["alertname", "server"],
        group_wait: groupWait,
        group_interval: groupInterval,
        repeat_interval: repeatInterval,
        // Each receiver is told of all that it asked for: the first that matches is not the last.
        ...(receivers.length > 0 && {
          routes: receivers.map(({ name, severity }) => ({
            receiver: name,
            ...(severity !== undefined && { matchers: [`severity="${severity}"`] }),
            continue: true,
          })),
        }),
      },
      // That all instances are down says that each is.
      inhibit_rules: [
        {
          source_matchers: ['alertname="McpServerNoReadyReplica"'],
          target_matchers: ['alertname="McpServerDown"'],
          equal: ["server"],
        },
      ],
      receivers: [{ name: NOBODY }, ...made.map(({ config }) => config)],
    }),
    isSecret: made.some(({ secretInConfig }) => secretInConfig),
    secretFiles: Object.assign({}, ...made.map(({ files }) => files)),
  };
}
