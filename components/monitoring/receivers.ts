import type { EmailSettings, ReceiverSettings, SlackSettings } from "./alertmanagerSettings";

/** What a message says, for people. */
const TITLE =
  "[{{ .Status | toUpper }}{{ if eq .Status `firing` }}:{{ .Alerts.Firing | len }}{{ end }}] " +
  "{{ .CommonLabels.alertname }} {{ .CommonLabels.server }}";
const TEXT =
  "{{ range .Alerts }}*{{ .Annotations.summary }}*\n{{ .Annotations.description }}\n" +
  "Runbook: {{ .Annotations.runbook_url }}\n{{ end }}";

/** Where secrets stand: in files of a folder, or in the config itself. */
export interface SecretPlace {
  folder: string | undefined;
  webhookUrlFiles: boolean;
}

/** A receiver as Alertmanager has it. */
export interface ReceiverConfig {
  name: string;
  [kind: string]: unknown;
}

/** A receiver, and the secrets that stand in files, by the name of the file. */
export function receiverConfig(
  { name, webhook, slack, email }: ReceiverSettings,
  { folder, webhookUrlFiles }: SecretPlace,
): { config: ReceiverConfig; files: { [file: string]: string }; secretInConfig: boolean } {
  const files: { [file: string]: string } = {};
  let secretInConfig = false;
  /** A setting that is a secret: itself, or the path of its file. */
  const secret = (key: string, value: string): { [key: string]: string } => {
    if (folder === undefined || (key === "url" && !webhookUrlFiles)) {
      secretInConfig = true;
      return { [key]: value };
    }
    const file = `${name}-${key.replaceAll("_", "-")}`;
    files[file] = value;
    return { [`${key}_file`]: `${folder}/${file}` };
  };
  const config: ReceiverConfig = { name };
  if (webhook) config.webhook_configs = [{ ...secret("url", webhook.url), send_resolved: true }];
  if (slack) config.slack_configs = [slackConfig(slack, secret)];
  if (email) config.email_configs = [emailConfig(email, secret)];
  return { config, files, secretInConfig };
}

type Secret = (key: string, value: string) => { [key: string]: string };

const slackConfig = ({ webhookUrl, channel }: SlackSettings, secret: Secret): object => ({
  ...secret("api_url", webhookUrl),
  channel,
  send_resolved: true,
  title: TITLE,
  text: TEXT,
});

const emailConfig = (
  { smarthost, from, to, username, password, requireTls = true }: EmailSettings,
  secret: Secret,
): object => ({
  to,
  from,
  smarthost,
  ...(username !== undefined && { auth_username: username }),
  ...(password !== undefined && secret("auth_password", password)),
  require_tls: requireTls,
  send_resolved: true,
  headers: { Subject: TITLE },
});
