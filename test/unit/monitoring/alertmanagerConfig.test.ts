import assert from "node:assert/strict";
import { parse } from "yaml";
import {
  AlertSeverity,
  alertmanagerConfig,
  type ReceiverSettings,
  validateAlertmanager,
} from "../../../components/monitoring";

const URL_WITH_TOKEN = "https://example.com/alerts?token=hush";
const HOOK: ReceiverSettings = { name: "hook", webhook: { url: URL_WITH_TOKEN } };
const CHAT: ReceiverSettings = {
  name: "chat",
  severity: AlertSeverity.Critical,
  slack: { webhookUrl: "https://hooks.example.com/hush", channel: "#alerts" },
};
const EMAIL = { smarthost: "smtp.example.com:587", from: "MCP <mcp@example.com>", to: "a@example.com, b@example.com" };
const MAIL: ReceiverSettings = { name: "mail", email: { ...EMAIL, username: "mcp", password: "hush" } };

const SUBJECT =
  "[{{ .Status | toUpper }}{{ if eq .Status `firing` }}:{{ .Alerts.Firing | len }}{{ end }}] {{ .CommonLabels.alertname }} {{ .CommonLabels.server }}";
const TEXT =
  "{{ range .Alerts }}*{{ .Annotations.summary }}*\n{{ .Annotations.description }}\nRunbook: {{ .Annotations.runbook_url }}\n{{ end }}";
const INHIBITED = {
  source_matchers: ['alertname="McpServerNoReadyReplica"'],
  target_matchers: ['alertname="McpServerDown"'],
  equal: ["server"],
};

describe("alertmanager.yml", () => {
  it("tells nobody by default", () => {
    const { config, isSecret, secretFiles } = alertmanagerConfig();
    assert.deepEqual(parse(config), {
      route: {
        receiver: "none",
        group_by: ["alertname", "server"],
        group_wait: "30s",
        group_interval: "5m",
        repeat_interval: "4h",
      },
      inhibit_rules: [INHIBITED],
      receivers: [{ name: "none" }],
    });
    assert.deepEqual({ isSecret, secretFiles }, { isSecret: false, secretFiles: {} });
  });

  it("tells each receiver of what it asked for", () => {
    const settings = { receivers: [HOOK, CHAT], groupWait: "1s", groupInterval: "2s", repeatInterval: "1d" };
    assert.deepEqual(parse(alertmanagerConfig(settings).config).route, {
      receiver: "none",
      group_by: ["alertname", "server"],
      group_wait: "1s",
      group_interval: "2s",
      repeat_interval: "1d",
      routes: [
        { receiver: "hook", continue: true },
        { receiver: "chat", matchers: ['severity="critical"'], continue: true },
      ],
    });
  });

  it("holds secrets itself, and says so", () => {
    const { config, isSecret, secretFiles } = alertmanagerConfig({ receivers: [HOOK, CHAT, MAIL] });
    assert.deepEqual(parse(config).receivers, [
      { name: "none" },
      { name: "hook", webhook_configs: [{ url: URL_WITH_TOKEN, send_resolved: true }] },
      {
        name: "chat",
        slack_configs: [
          {
            api_url: "https://hooks.example.com/hush",
            channel: "#alerts",
            send_resolved: true,
            title: SUBJECT,
            text: TEXT,
          },
        ],
      },
      {
        name: "mail",
        email_configs: [
          {
            to: "a@example.com, b@example.com",
            from: "MCP <mcp@example.com>",
            smarthost: "smtp.example.com:587",
            auth_username: "mcp",
            auth_password: "hush",
            require_tls: true,
            send_resolved: true,
            headers: { Subject: SUBJECT },
          },
        ],
      },
    ]);
    assert.deepEqual({ isSecret, secretFiles }, { isSecret: true, secretFiles: {} });
  });

  it("holds no secret with a folder for them, as far as Alertmanager 0.25 can read them from files", () => {
    const { config, isSecret, secretFiles } = alertmanagerConfig({ receivers: [CHAT, MAIL], secretFolder: "/secrets" });
    assert.ok(!config.includes("hush"));
    const [, chat, mail] = parse(config).receivers;
    assert.equal(chat.slack_configs[0].api_url_file, "/secrets/chat-api-url");
    assert.equal(mail.email_configs[0].auth_password_file, "/secrets/mail-auth-password");
    assert.equal(isSecret, false);
    assert.deepEqual(secretFiles, { "chat-api-url": "https://hooks.example.com/hush", "mail-auth-password": "hush" });
  });

  it("holds the URLs of webhooks itself until Alertmanager is known to read them from files", () => {
    const settings = { receivers: [HOOK], secretFolder: "/secrets" };
    const inConfig = alertmanagerConfig(settings);
    assert.deepEqual(parse(inConfig.config).receivers[1].webhook_configs, [
      { url: URL_WITH_TOKEN, send_resolved: true },
    ]);
    assert.deepEqual([inConfig.isSecret, inConfig.secretFiles], [true, {}]);
    const inFile = alertmanagerConfig({ ...settings, webhookUrlFiles: true });
    const webhooks = [{ url_file: "/secrets/hook-url", send_resolved: true }];
    assert.deepEqual(parse(inFile.config).receivers[1].webhook_configs, webhooks);
    assert.deepEqual([inFile.isSecret, inFile.secretFiles], [false, { "hook-url": URL_WITH_TOKEN }]);
  });

  it("sends mail without authentication, and without TLS, where it is told to", () => {
    const receivers = [{ name: "mail", email: { ...EMAIL, requireTls: false } }];
    const { config, isSecret } = alertmanagerConfig({ receivers });
    const [email] = parse(config).receivers[1].email_configs;
    assert.equal(email.require_tls, false);
    assert.ok(!("auth_username" in email || "auth_password" in email));
    assert.equal(isSecret, false);
  });
});

describe("settings of Alertmanager", () => {
  const problemsOf = (receiver: object, more: object = {}) =>
    validateAlertmanager({ receivers: [{ name: "one", ...receiver } as ReceiverSettings], ...more });
  const paths = (receiver: object, more?: object) => problemsOf(receiver, more).map(({ path }) => path);

  it("have exactly one way to tell a receiver", () => {
    assert.deepEqual(problemsOf({}), [
      {
        path: "alertmanager.receivers[0]",
        message: "nothing says how it is told",
        got: "none",
        allowed: "one of webhook, slack, email",
        fix: "add a webhook with its url",
      },
    ]);
    const [twice] = problemsOf({ webhook: HOOK.webhook, slack: CHAT.slack });
    assert.equal(twice?.got, "webhook, slack");
    assert.equal(twice?.fix, "make a receiver of each");
  });

  it("are refused with the place of each mistake", () => {
    const at = "alertmanager.receivers[0]";
    const { webhook } = HOOK;
    assert.deepEqual(paths({ webhook: { url: "ftp://example.com" } }), [`${at}.webhook.url`]);
    assert.deepEqual(paths({ slack: { webhookUrl: "hooks.example.com", channel: "a b" } }), [
      `${at}.slack.webhookUrl`,
      `${at}.slack.channel`,
    ]);
    assert.deepEqual(paths({ email: { smarthost: "smtp.example.com", from: "mcp", to: "a@example.com,b" } }), [
      `${at}.email.smarthost`,
      `${at}.email.from`,
      `${at}.email.to`,
    ]);
    assert.deepEqual(paths({ email: { ...EMAIL, username: "mcp" } }), [`${at}.email`]);
    assert.deepEqual(paths({ email: { ...EMAIL, password: "hush" } }), [`${at}.email`]);
    assert.deepEqual(paths({ webhook, severity: "fatal" }), [`${at}.severity`]);
    assert.deepEqual(paths({ webhook, name: "none" }), [`${at}.name`]);
    assert.deepEqual(paths({ webhook, name: "On Call" }), [`${at}.name`]);
    assert.deepEqual(paths({ webhook }, { groupWait: "30", repeatInterval: "4 h", secretFolder: "secrets" }), [
      "alertmanager.groupWait",
      "alertmanager.repeatInterval",
      "alertmanager.secretFolder",
    ]);
    assert.deepEqual(paths({ webhook, name: "one", severity: "warning" }), []);
  });

  it("have no two receivers of one name", () => {
    const receivers = [HOOK, CHAT, { ...CHAT, name: "hook" }];
    assert.deepEqual(validateAlertmanager({ receivers }, "mcp:monitoring.alerts"), [
      {
        path: "mcp:monitoring.alerts.receivers",
        message: "two receivers have the same name",
        got: "hook",
        fix: "rename one",
      },
    ]);
  });

  it("are not quoted where they are secret", () => {
    const receivers = [
      { name: "hook", webhook: { url: "hush" } },
      { name: "chat", slack: { webhookUrl: "hush", channel: "#a" } },
      { name: "mail", email: { ...EMAIL, password: "hush" } },
    ];
    assert.throws(() => alertmanagerConfig({ receivers }), {
      name: "InvalidInputError",
      message: `alertmanager.receivers[0].webhook.url: this is no URL (it is secret, and not shown)
  allowed: http:// or https://
alertmanager.receivers[1].slack.webhookUrl: this is no URL (it is secret, and not shown)
  allowed: http:// or https://
alertmanager.receivers[2].email: a username and a password belong together
  got:     a password alone
  fix:     add username`,
    });
  });
});
