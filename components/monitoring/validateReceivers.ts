import type { Problem } from "../server";
import type { AlertmanagerSettings, EmailSettings, ReceiverSettings } from "./alertmanagerSettings";
import { AlertSeverity } from "./rule";
import { validateDuration } from "./thresholds";

/** Name of the receiver that tells nobody. */
export const NOBODY = "none";

const KINDS = ["webhook", "slack", "email"] as const;

/** What is wrong with the settings of Alertmanager. Secrets are not quoted. */
export function validateAlertmanager(settings: AlertmanagerSettings, path = "alertmanager"): Problem[] {
  const { receivers = [], secretFolder, groupWait, groupInterval, repeatInterval } = settings;
  const durations = { groupWait, groupInterval, repeatInterval };
  return [
    ...receivers.flatMap((receiver, index) => validateReceiver(receiver, `${path}.receivers[${index}]`)),
    ...validateNames(receivers, `${path}.receivers`),
    ...Object.entries(durations).flatMap(([key, value]) =>
      value === undefined ? [] : validateDuration(value, `${path}.${key}`, "5m"),
    ),
    ...(secretFolder === undefined || secretFolder.startsWith("/")
      ? []
      : [{ path: `${path}.secretFolder`, message: "this is no absolute path", got: secretFolder, allowed: "/path" }]),
  ];
}

function validateReceiver(receiver: ReceiverSettings, path: string): Problem[] {
  const { name, severity, webhook, slack, email } = receiver;
  const kinds = KINDS.filter((kind) => receiver[kind] !== undefined);
  return [
    ...(kinds.length === 1
      ? []
      : [
          {
            path,
            message: kinds.length === 0 ? "nothing says how it is told" : "it is told in several ways",
            got: kinds.join(", ") || "none",
            allowed: `one of ${KINDS.join(", ")}`,
            fix: kinds.length === 0 ? "add a webhook with its url" : "make a receiver of each",
          },
        ]),
    ...(/^[a-z]([a-z0-9-]*[a-z0-9])?$/.test(name) && name !== NOBODY
      ? []
      : [{ path: `${path}.name`, message: "this is no name of a receiver", got: name, allowed: NAMES }]),
    ...(severity === undefined || Object.values(AlertSeverity).includes(severity)
      ? []
      : [{ path: `${path}.severity`, message: "unknown value", got: severity, allowed: "critical, warning" }]),
    ...(webhook ? validateUrl(webhook.url, `${path}.webhook.url`) : []),
    ...(slack ? validateUrl(slack.webhookUrl, `${path}.slack.webhookUrl`) : []),
    ...(slack && !/^[#@]?[^\s#@]+$/.test(slack.channel)
      ? [
          {
            path: `${path}.slack.channel`,
            message: "this is no channel",
            got: slack.channel,
            allowed: "such as #alerts",
          },
        ]
      : []),
    ...(email ? validateEmail(email, `${path}.email`) : []),
  ];
}

const NAMES = `lower-case letters, digits and hyphens, starting with a letter; not "${NOBODY}"`;

function validateNames(receivers: ReceiverSettings[], path: string): Problem[] {
  const names = receivers.map(({ name }) => name);
  const twice = [...new Set(names.filter((name, index) => names.indexOf(name) !== index))];
  return twice.map((name) => ({ path, message: "two receivers have the same name", got: name, fix: "rename one" }));
}

function validateUrl(url: string, path: string): Problem[] {
  const isHttp = URL.canParse(url) && /^https?:$/.test(new URL(url).protocol);
  return isHttp
    ? []
    : [{ path, message: "this is no URL (it is secret, and not shown)", allowed: "http:// or https://" }];
}

function validateEmail({ smarthost, from, to, username, password }: EmailSettings, path: string): Problem[] {
  const isAddress = (text: string): boolean => /^[^\s@]+@[^\s@]+$/.test(text.trim().replace(/^.*<(.*)>$/, "$1"));
  const address = (text: string, key: string): Problem[] =>
    text.split(",").every(isAddress)
      ? []
      : [
          {
            path: `${path}.${key}`,
            message: "this is no e-mail address",
            got: text,
            allowed: "such as ops@example.com",
          },
        ];
  return [
    ...(/^(\[[^\]\s]+\]|[^:\s]+):\d+$/.test(smarthost)
      ? []
      : [{ path: `${path}.smarthost`, message: "this is no host with a port", got: smarthost, allowed: "host:587" }]),
    ...address(from, "from"),
    ...address(to, "to"),
    ...((username === undefined) === (password === undefined)
      ? []
      : [
          {
            path,
            message: "a username and a password belong together",
            got: username === undefined ? "a password alone" : "a username alone",
            fix: username === undefined ? "add username" : "add password",
          },
        ]),
  ];
}
