import { invocation } from "./invocation";

const SET_PASSWORD = "config set --secret --path mcp:secrets.REGISTRY_PASSWORD VALUE --stack STACK";

/** Errors of the engine and of providers that do not say what to do, and what that is. */
const REMEDIES: [RegExp, (found: RegExpExecArray) => string][] = [
  [
    /incorrect passphrase|passphrase must be set/,
    () =>
      "set PULUMI_CONFIG_PASSPHRASE (or PULUMI_CONFIG_PASSPHRASE_FILE) to the passphrase that the stack and the secrets " +
      "in its settings file were made with",
  ],
  [
    /error reading push output: .*(unauthorized|denied|no basic auth credentials)/,
    () =>
      `check \`username\` in mcp:registry and the password (${invocation("pulumi", SET_PASSWORD)}) or, without a username, ` +
      "log in with `docker login REGISTRY`",
  ],
  [
    /error reading push output: .*(connection refused|no such host|i\/o timeout)/,
    () => "start that registry, or correct `server` in mcp:registry; what ran before goes on",
  ],
  [
    /Conflict\. The container name "\/(\S+)" is already in use/,
    ([, name]) => `when a run that was cut short left it, or nobody needs it any more: docker rm --force ${name}`,
  ],
  [
    /network (\S+) is ambiguous/,
    ([, name]) => `a run that was cut short left one: docker network ls --filter name=${name}, and remove the unused`,
  ],
  [/failed to connect to any docker daemon/, () => "start Docker; `docker version` shows when it answers"],
];

/** Adds what to do to an error that does not say it. */
export function explained(message: string): string {
  for (const [pattern, remedy] of REMEDIES) {
    const found = pattern.exec(message);
    if (found) return `${message}\n  fix: ${remedy(found)}`;
  }
  return message;
}
