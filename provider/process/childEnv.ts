/**
 * What a server inherits of the deploying user's environment. Everything else stays out: it holds the passphrase of
 * the stack and cloud credentials, and would make the same deployment differ from shell to shell.
 */
const INHERITED =
  /^(PATH|HOME|USER|LOGNAME|SHELL|LANG|LANGUAGE|LC_.*|TZ|TMPDIR|TEMP|TMP|SSL_CERT_FILE|SSL_CERT_DIR|NODE_EXTRA_CA_CERTS|REQUESTS_CA_BUNDLE|CURL_CA_BUNDLE|https?_proxy|no_proxy|HTTPS?_PROXY|NO_PROXY)$/;

/** The inherited part of the environment. */
export function inheritedEnv(from: NodeJS.ProcessEnv = process.env): Record<string, string> {
  const env: Record<string, string> = {};
  for (const [key, value] of Object.entries(from)) if (value !== undefined && INHERITED.test(key)) env[key] = value;
  return env;
}

/** What package managers need beyond that: their own settings, such as an index or a proxy. */
const PACKAGE_MANAGERS = /^(PIP|UV|NPM_CONFIG)_/i;
/**
 * Settings that would install elsewhere, other things, or hide why it failed. `npm run` sets most of them for what it
 * runs, `pulumi up` included.
 */
const MISLEADING =
  /^(PIP_(USER|TARGET|PREFIX|ROOT|REQUIRE_VIRTUALENV|QUIET|NO_DEPS)|NPM_CONFIG_(\w*PREFIX|LOGLEVEL|NODEDIR|NODE_GYP|WORKSPACES?|GLOBAL|LOCATION|DRY_RUN|ONLY|OMIT|INCLUDE))$/i;

/** The environment of `pip` and `npm`, whose install scripts are foreign code. */
export function packageManagerEnv(from: NodeJS.ProcessEnv = process.env): Record<string, string> {
  const env = inheritedEnv(from);
  for (const [key, value] of Object.entries(from)) {
    if (value !== undefined && PACKAGE_MANAGERS.test(key) && !MISLEADING.test(key)) env[key] = value;
  }
  return env;
}
