import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import path from "node:path";
import { userPaths } from "../../cli/paths";
import { type Launched, launch, untilAnswers } from "./exampleServer";
import { makeFolder } from "./folder";
import { freePort } from "./stack";

/** Where the programs of Prometheus and Alertmanager are. */
export interface Programs {
  /** Folder that stands for the root of the file system, where the programs are not installed. */
  root?: string;
  prometheus: string;
  promtool: string;
  alertmanager: string;
  amtool: string;
}

/** Debian's packages, and the names that the programs have there. */
const PACKAGES = ["prometheus", "prometheus-alertmanager"];

/**
 * The programs of this machine's PATH; else those of Debian's packages, kept below the user's cache, without installing
 * the packages, which would start services. Throws when there are neither.
 */
export function prometheusPrograms(): Programs {
  const [prometheus, promtool, amtool] = ["prometheus", "promtool", "amtool"].map(onPath);
  const alertmanager = onPath("alertmanager") ?? onPath("prometheus-alertmanager");
  if (prometheus && promtool && alertmanager && amtool) return { prometheus, promtool, alertmanager, amtool };
  const root = debianPackages();
  const bin = path.join(root, "usr", "bin");
  const program = (name: string): string => path.join(bin, name);
  return {
    root,
    prometheus: program("prometheus"),
    promtool: program("promtool"),
    alertmanager: program("prometheus-alertmanager"),
    amtool: program("amtool"),
  };
}

function onPath(name: string): string | undefined {
  const folders = (process.env.PATH ?? "").split(path.delimiter);
  return folders.map((folder) => path.join(folder, name)).find(existsSync);
}

function debianPackages(): string {
  const folder = path.join(userPaths().cache, "judges", PACKAGES.join("_"));
  if (existsSync(folder)) return folder;
  const unfinished = `${folder}.${process.pid}`;
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(unfinished, { recursive: true });
  const run = (file: string, ...args: string[]): string =>
    execFileSync(file, args, { cwd: unfinished, encoding: "utf8", stdio: "pipe", timeout: 300_000 });
  try {
    run("apt-get", "download", "-qq", ...PACKAGES);
  } catch {
    run("apt-get", "update", "-qq"); // A new machine knows of no packages yet.
    run("apt-get", "download", "-qq", ...PACKAGES);
  }
  for (const file of run("ls")
    .split("\n")
    .filter((name) => name.endsWith(".deb"))) {
    run("dpkg", "-x", file, ".");
    rmSync(path.join(unfinished, file));
  }
  renameSync(unfinished, folder);
  return folder;
}

/** Starts a Prometheus on a loopback port, with this config file. */
export async function startPrometheus({ prometheus }: Programs, config: string): Promise<Launched & { url: string }> {
  const address = `127.0.0.1:${await freePort()}`;
  const data = makeFolder();
  const args = [`--config.file=${config}`, `--storage.tsdb.path=${data}`, `--web.listen-address=${address}`];
  return answering(launch({ file: prometheus, args, cwd: data }, {}), `http://${address}`);
}

/** Starts an Alertmanager on a loopback port, with this config file and without peers. */
export async function startAlertmanager(
  { alertmanager, root }: Programs,
  config: string,
  address: string,
): Promise<Launched & { url: string }> {
  const data = makeFolder();
  const args = [`--config.file=${config}`, `--storage.path=${data}`, `--web.listen-address=${address}`];
  // An empty address: without it, Alertmanager listens for peers on all interfaces.
  args.push("--cluster.listen-address=");
  const command = root === undefined ? [alertmanager] : [...withShare(root), alertmanager];
  const [file = "", ...before] = command;
  const launched = launch({ file, args: [...before, ...args], cwd: data }, {});
  return answering(launched, `http://${address}`);
}

async function answering(launched: Launched, url: string): Promise<Launched & { url: string }> {
  await untilAnswers(`${url}/-/ready`, launched);
  return { ...launched, url };
}

/** A series of an answer: its labels, and its values over time, oldest first. */
export interface Series {
  labels: { [label: string]: string };
  values: [time: number, value: number][];
}

/** Asks a Prometheus, for one moment or for a time. The moment defaults to now. */
export async function ask(
  url: string,
  query: string,
  when: { time?: number } | { start: number; end: number; step: number } = {},
): Promise<Series[]> {
  const parameters = new URLSearchParams({ query });
  for (const [key, value] of Object.entries(when)) parameters.set(key, String(value));
  const answer = await fetch(`${url}/api/v1/${"start" in when ? "query_range" : "query"}?${parameters}`);
  const { status, data, error } = (await answer.json()) as {
    status: string;
    error?: string;
    data: { result: { metric: Series["labels"]; value?: [number, string]; values?: [number, string][] }[] };
  };
  if (status !== "success") throw new Error(`Prometheus refuses ${query}: ${error}`);
  return data.result.map(({ metric, value, values = value ? [value] : [] }) => ({
    labels: metric,
    values: values.map(([time, text]) => [time, Number(text)]),
  }));
}

/**
 * Runs a program that finds a package's /usr/share in its place, while nobody else does: Debian's Alertmanager opens its
 * templates there, and nowhere else.
 */
const withShare = (root: string): string[] => [
  ...["unshare", "--map-root-user", "--mount", "sh", "-c"],
  `mount -t overlay overlay -o "lowerdir=$0/usr/share:/usr/share" /usr/share && exec "$@"`,
  root,
];
