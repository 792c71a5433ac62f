import type { Unwrap } from "../pulumi";
import type { EmailArgs, ReceiverArgs, SlackArgs, WebhookArgs } from "./args";

export type ReceiverSettings = Unwrap<ReceiverArgs>;
export type WebhookSettings = Unwrap<WebhookArgs>;
export type SlackSettings = Unwrap<SlackArgs>;
export type EmailSettings = Unwrap<EmailArgs>;

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
