import { RESERVED_ENV } from "../../components/server/validate";
import { asPairs } from "./composeFile";
import type { ServiceReader } from "./reader";
import { interpolate } from "./values";

/** The variables of a service: those that are no secret with their values, the others by name. */
export interface Variables {
  env: Record<string, string>;
  secrets: string[];
}

const SECRET_NAME =
  /(^|_)(SECRETS?|TOKEN|PASSWORD|PASSWD|PASS|PASSPHRASE|CREDENTIALS?|APIKEY|DSN)(_|$)|(API|ACCESS|PRIVATE|SIGNING|ENCRYPTION)_?KEY|_KEY$|^KEY$|_PWD$/i;
/** Credentials in a URL, and the shapes of well-known tokens. */
const SECRET_VALUE =
  /^[a-z][a-z0-9+.-]*:\/\/[^/\s@]*:[^/\s@]+@|^(sk-|gh[pousr]_|github_pat_|glpat-|xox[abprs]-|AKIA|eyJ)|-----BEGIN/i;

/** Whether a variable is to be handled as a secret, by its name or its value. */
export function looksSecret(name: string, value = ""): boolean {
  return SECRET_NAME.test(name) || SECRET_VALUE.test(value);
}

/** What is said of reading the file that `env_file` names: its variables, or undefined when it can't be read. */
export type EnvFileReader = (file: string) => string[] | undefined;

/** Reads `environment` and `env_file`. Values that may be secret are never taken over, only their names. */
export function readVariables(reader: ServiceReader, namesInFile: EnvFileReader): Variables {
  const variables: Variables = { env: {}, secrets: [] };
  for (const [name, value] of asPairs(reader.take("environment"))) readVariable(reader, variables, name, value);
  readFiles(reader, variables, namesInFile);
  return variables;
}

function readVariable(reader: ServiceReader, { env, secrets }: Variables, given: string, value: string | undefined) {
  const key = `environment.${given}`;
  const name = elasticName(reader, given);
  if (!/^[A-Za-z_]\w*$/.test(name)) {
    reader.note(key, given, "this is no name of an environment variable", "set it in a file of the image");
    return;
  }
  // A name alone hands on the variable of whoever runs compose: nobody knows its value but they.
  const { text, unknown, defaulted } =
    value === undefined ? { text: "", unknown: [name], defaulted: [] } : interpolate(value);
  if (name.endsWith("_FILE") && text.startsWith("/run/secrets/")) {
    const plain = name.slice(0, -"_FILE".length);
    reader.note(key, text, "there are no secret files in containers", `${plain} is a secret of this entry instead`);
    secrets.push(plain);
  } else if (unknown.length > 0 || looksSecret(name, text)) {
    secrets.push(name);
  } else {
    if (defaulted.length > 0) reader.note(key, value, `the default is taken over as it is`, "change it in `env`");
    if (name !== given)
      reader.note(key, given, `a variable has no dots in its name: it is ${name} now`, "nothing to do");
    env[name] = text;
  }
}

function readFiles(reader: ServiceReader, { env, secrets }: Variables, namesInFile: EnvFileReader): void {
  for (const item of [reader.take("env_file")].flat()) {
    if (item === undefined || item === null) continue;
    const file = typeof item === "object" && "path" in item ? String(item.path) : String(item);
    const names = namesInFile(file);
    if (names === undefined) {
      reader.note("env_file", file, "the file can't be read", "put its variables into `env` and `secrets`");
      continue;
    }
    const added = names.filter((name) => !(name in env) && !secrets.includes(name));
    secrets.push(...added);
    if (added.length === 0) continue;
    reader.note("env_file", file, `its variables are secrets now: ${added.join(", ")}`, "move what is none to `env`");
  }
}

/** Elastic's images know their settings under names that are valid for every shell, too. */
function elasticName(reader: ServiceReader, name: string): string {
  if (!name.includes(".")) return name;
  const image = reader.image;
  const upper = name.toUpperCase();
  // Source: "Install Elasticsearch with Docker", environment variables: a "_" of the setting is doubled.
  if (/(^|\/)elasticsearch(:|@|$)/.test(image)) return `ES_SETTING_${upper.replaceAll("_", "__").replaceAll(".", "_")}`;
  if (/(^|\/)(kibana|logstash)(:|@|$)/.test(image)) return upper.replaceAll(".", "_");
  return name;
}

/** Takes out what the deployment sets itself, which the config refuses; the ports come back. */
export function takePorts(reader: ServiceReader, { env, secrets }: Variables): { port?: number; metricsPort?: number } {
  const found: { port?: number; metricsPort?: number } = {};
  for (const [name, field] of Object.entries(RESERVED_ENV)) {
    const value = env[name];
    delete env[name];
    const at = secrets.indexOf(name);
    if (at >= 0) secrets.splice(at, 1);
    if (value === undefined && at < 0) continue;
    if (value !== undefined && /^\d+$/.test(value)) found[field as "port" | "metricsPort"] ??= Number(value);
    else reader.note(`environment.${name}`, "no number", "the deployment sets it", `set \`${field}\` instead`);
  }
  return found;
}
