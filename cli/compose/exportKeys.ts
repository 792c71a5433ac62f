import { asList, asMapping, type Mapping } from "./composeFile";

/** How an input of the Docker provider's Container is written; undefined leaves it out. */
type Writer = (value: unknown) => Mapping | undefined;

const as =
  (key: string): Writer =>
  (value) => ({ [key]: value });
const nonEmpty =
  (key: string): Writer =>
  (value) =>
    asList(value).length > 0 ? { [key]: value } : undefined;
/** The provider counts in MiB, as does compose's `m`. */
const mebibytes =
  (key: string): Writer =>
  (value) =>
    value === 0 ? undefined : { [key]: Number(value) === -1 ? -1 : `${value}m` };
const withoutPrefix = (value: unknown): string[] => asList(value).map((name) => String(name).replace(/^CAP_/, ""));

/** Inputs that are written each by itself, in the order of the file. */
export const WRITERS: Record<string, Writer> = {
  name: as("container_name"),
  hostname: as("hostname"),
  domainname: as("domainname"),
  entrypoints: nonEmpty("entrypoint"),
  command: nonEmpty("command"),
  user: as("user"),
  workingDir: as("working_dir"),
  groupAdds: nonEmpty("group_add"),
  restart: as("restart"),
  init: as("init"),
  privileged: (value) => (value === true ? { privileged: true } : undefined),
  readOnly: as("read_only"),
  tmpfs: (value) => ({
    tmpfs: Object.entries(asMapping(value) ?? {}).map(([path, options]) => (options ? `${path}:${options}` : path)),
  }),
  capabilities(value) {
    const { drops, adds } = asMapping(value) ?? {};
    return { ...nonEmpty("cap_drop")(withoutPrefix(drops)), ...nonEmpty("cap_add")(withoutPrefix(adds)) };
  },
  securityOpts: nonEmpty("security_opt"),
  cpus: (value) => ({ cpus: Number(value) }),
  cpuShares: (value) => (value === 0 ? undefined : { cpu_shares: value }),
  cpuSet: as("cpuset"),
  memory: mebibytes("mem_limit"),
  memorySwap: mebibytes("memswap_limit"),
  memoryReservation: mebibytes("mem_reservation"),
  shmSize: mebibytes("shm_size"),
  stopSignal: as("stop_signal"),
  stopTimeout: (value) => ({ stop_grace_period: `${value}s` }),
  stdinOpen: (value) => (value === true ? { stdin_open: true } : undefined),
  tty: (value) => (value === true ? { tty: true } : undefined),
  ipcMode: as("ipc"),
  pidMode: as("pid"),
  runtime: as("runtime"),
  usernsMode: as("userns_mode"),
  sysctls: as("sysctls"),
  dns: nonEmpty("dns"),
  dnsOpts: nonEmpty("dns_opt"),
  dnsSearches: nonEmpty("dns_search"),
  hosts: (value) => ({
    extra_hosts: asList(value).map((item) => `${asMapping(item)?.host}=${asMapping(item)?.ip}`),
  }),
  ulimits: (value) => ({
    ulimits: Object.fromEntries(
      asList(value).map((item) => {
        const { name, soft, hard } = asMapping(item) ?? {};
        return [String(name), { soft, hard }];
      }),
    ),
  }),
  labels: (value) => ({
    labels: Object.fromEntries(asList(value).map((item) => [asMapping(item)?.label, asMapping(item)?.value])),
  }),
  ports: (value) => (asList(value).length > 0 ? { ports: asList(value).map(publishedPort) } : undefined),
  healthcheck: (value) => ({ healthcheck: healthcheck(asMapping(value) ?? {}) }),
};

/** Inputs that are written together with others, or that concern the provider alone. */
export const ELSEWHERE = new Set(
  (
    "image envs mounts networksAdvanced networkMode logDriver logOpts __defaults attach bridge logs mustRun rm start wait " +
    "waitTimeout destroyGraceSeconds removeVolumes containerReadRefreshTimeoutMilliseconds"
  ).split(" "),
);

function publishedPort(item: unknown): string {
  const { internal, external, ip, protocol = "tcp" } = asMapping(item) ?? {};
  const address = ip ? `${String(ip).includes(":") ? `[${ip}]` : ip}:` : "";
  const suffix = protocol === "tcp" ? "" : `/${protocol}`;
  return `${address}${external ? external : ""}${address || external ? ":" : ""}${internal}${suffix}`;
}

/** A health check, of the container or of its image. */
export function healthcheck({ tests, interval, timeout, retries, startPeriod }: Mapping): Mapping {
  const timing = { interval, timeout, start_period: startPeriod };
  return {
    test: tests,
    ...Object.fromEntries(Object.entries(timing).filter(([, value]) => value && value !== "0s")),
    ...(retries ? { retries } : {}),
  };
}
