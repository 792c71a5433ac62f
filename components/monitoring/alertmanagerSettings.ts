import type { AlertSeverity } from "./rule";

/** Who is told of alerts: exactly one of `webhook`, `slack` and `email`. */
export interface ReceiverSettings {
  /** Name that tells it from the others. */
  name: string;
  /** Alerts of this severity only. Defaults to all. */
  severity?: AlertSeverity;
  webhook?: WebhookSettings;
  slack?: SlackSettings;
  email?: EmailSettings;
}

/** A service that takes alerts as JSON. */
export interface WebhookSettings {
  /** URL that they are posted to: a secret, where it holds a token. */
  url: string;
}

export interface SlackSettings {
  /** URL of the incoming webhook: a secret. */
  webhookUrl: string;
  /** Channel, such as "#alerts". */
  channel: string;
}

export interface EmailSettings {
  /** Mail server with port, such as "smtp.example.com:587". */
  smarthost: string;
  from: string;
  /** One or more addresses, separated by commas. */
  to: string;
  /** Defaults to no authentication. */
  username?: string;
  /** A secret. Defaults to no authentication. */
  password?: string;
  /** Whether mail is sent over TLS only. Defaults to true. */
  requireTls?: boolean;
}

/** What alertmanager.yml is made from. Durations are written as Prometheus writes them. */
export interface AlertmanagerSettings {
  /** Defaults to none: alerts are shown by Alertmanager and Grafana, and nobody is told. */
  receivers?: ReceiverSettings[];
  /** How long the first alerts of a group are gathered. Defaults to "30s". */
  groupWait?: string;
  /** How long further ones of the group are. Defaults to "5m". */
  groupInterval?: string;
  /** After which time alerts that are still there are told of again. Defaults to "4h". */
  repeatInterval?: string;
  /** Folder that holds the secrets as files, as Alertmanager sees it. Defaults to none: secrets stand in the config. */
  secretFolder?: string;
  /** Whether URLs of webhooks are files, too, which takes Alertmanager 0.26 or newer. Defaults to false. */
  webhookUrlFiles?: boolean;
}
