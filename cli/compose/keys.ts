import { asList, asMapping } from "./composeFile";
import { seconds } from "./values";

/** Keys of a service that are not carried over: why, and what to do. Those of `components/docker` decide. */
export const REASONS: Record<string, [why: string, fix: string]> = {
  annotations: ["containers get no annotations of yours", "leave it out"],
  cap_add: ["servers run without any capability", "leave it out; a server that needs one is better a service"],
  cgroup: ["containers have a cgroup of their own", "leave it out"],
  cgroup_parent: ["containers have a cgroup of their own", "leave it out"],
  command: ["a server is started by `entryPoint` and `args`, or by its own Dockerfile", "set these, or CMD there"],
  configs: ["there are no config files beside the image", "copy the file in the Dockerfile"],
  cpu_shares: ["shares follow from `resources.cpuReservation`", "set that: 1024 shares are one core"],
  credential_spec: ["there is no setting for it", "leave it out"],
  develop: ["compose watch has no counterpart here", "run `up` after an edit"],
  devices: ["containers get no devices of the machine", "run what needs one outside this stack"],
  dns: ["names are resolved by the stack's network", "set the DNS of the Docker Engine"],
  domainname: ["containers are found by name on the stack's network", "leave it out"],
  entrypoint: ["the image's own entry point is used", "set ENTRYPOINT in the Dockerfile"],
  expose: ["every port is open inside the stack's network", "nothing to do"],
  extends: ["only this file is read", "import the output of `docker compose config --no-interpolate` instead"],
  external_links: [
    "only containers of the stack are on its network",
    "declare it in mcp:services, or give its URL in `env`",
  ],
  extra_hosts: ["containers get no host entries", "use a name that DNS knows"],
  gpus: ["containers get no devices of the machine", "run what needs one outside this stack"],
  group_add: ["containers run with the image's own groups", "set them in the Dockerfile"],
  hostname: ["a container is found under the name of its entry", "use that name"],
  ipc: ["namespaces of the machine are not shared", "leave it out"],
  isolation: ["there is no setting for it", "leave it out"],
  labels: ["containers carry the labels of this package alone", "label the image in its Dockerfile"],
  links: ["containers of a stack find each other by name", "leave it out; to wait for a service name it in `services`"],
  logging: ["logs go to json-file, at most 3 files of 10 MB", "forward them from there"],
  mac_address: ["there is no setting for it", "leave it out"],
  memswap_limit: ["containers do not swap", "raise the memory limit if it is too low"],
  models: ["there is no setting for it", "declare it in mcp:services"],
  network_mode: ["a container is on its stack's network only", "reach services by name, and publish what others need"],
  networks: ["every stack has one network of its own", "leave it out; containers find each other by name"],
  oom_kill_disable: ["a container that exceeds its memory is ended", "raise the memory limit"],
  pid: ["namespaces of the machine are not shared", "leave it out"],
  pids_limit: ["a container may have 256 processes and threads", "nothing to do, unless it needs more"],
  platform: ["services run on this machine's platform", "leave it out"],
  ports: ["this service is published to nobody", "leave it out; servers reach it by name"],
  privileged: ["no container is privileged", "find out what it needs, and run that outside this stack"],
  profiles: ["everything in the config is deployed", "use a stack of its own for what is optional"],
  provider: ["there is no setting for it", "declare it in mcp:services"],
  pull_policy: ["images are pinned to what `up` finds once", "leave it out"],
  read_only: ["the root file system of servers is read-only, but for /tmp and /app/logs", "write there"],
  restart: ["containers restart unless they are stopped", "nothing to do"],
  runtime: ["the engine's default runtime is used", "leave it out"],
  scale: ["every entry is one container", "add an entry for each, or use Kubernetes"],
  secrets: ["there are no secret files in containers", "name the variables in `secrets` of the entry"],
  security_opt: ["containers run with the engine's profiles and no-new-privileges", "leave it out"],
  shm_size: ["containers have the engine's 64 MB of /dev/shm", "leave it out"],
  stdin_open: ["a stdio server is served by HTTP", "nothing to do, or set `launchedByClient: true`"],
  stop_grace_period: ["containers have 15 s to stop", "make it stop within them"],
  stop_signal: ["the image says how it is stopped", "set STOPSIGNAL in the Dockerfile"],
  storage_opt: ["there is no setting for it", "leave it out"],
  sysctls: ["containers run with the engine's kernel settings", "leave it out"],
  tmpfs: ["only /tmp is kept in memory, 64 MB", "write there"],
  tty: ["containers have no terminal", "leave it out"],
  ulimits: ["containers run with the engine's limits", "set default-ulimits of the engine"],
  user: ["the image of a server says which user it runs as", "set USER in its Dockerfile; a written one has 10001"],
  userns_mode: ["namespaces of the machine are not shared", "leave it out"],
  volumes_from: ["a volume belongs to one container", "leave it out"],
  working_dir: ["the image says where it runs", "set WORKDIR in its Dockerfile"],
};

/** Whether a key says what each container gets anyway, so that there is nothing to tell. */
export function isCovered(key: string, value: unknown): boolean {
  switch (key) {
    case "restart":
      return value === "unless-stopped";
    case "init":
    case "read_only":
      return value === true;
    case "privileged":
    case "stdin_open":
    case "tty":
    case "oom_kill_disable":
      return value === false;
    case "cap_drop":
    case "expose":
      return true;
    case "security_opt":
      return asList(value).every((option) => /^no-new-privileges([:=]true)?$/.test(String(option)));
    case "pids_limit":
      return value === 256;
    case "scale":
      return value === 1;
    case "tmpfs":
      return asList(value).every((mount) => /^\/tmp(:|$)/.test(String(mount)));
    case "stop_grace_period":
      return (seconds(value) ?? Number.POSITIVE_INFINITY) <= 15;
    case "logging":
      return isOurLogging(value);
    case "networks":
      return isOneNetwork(value);
    default:
      return false;
  }
}

/** One network without settings: the stack's own does the same. */
function isOneNetwork(value: unknown): boolean {
  const mapping = asMapping(value);
  const settings = mapping ? Object.values(mapping) : [];
  return (mapping ? settings : asList(value)).length <= 1 && settings.every((item) => item === null);
}

function isOurLogging(value: unknown): boolean {
  const { driver = "json-file", options } = asMapping(value) ?? {};
  const { "max-size": size = "10m", "max-file": files = "3", ...others } = asMapping(options) ?? {};
  return driver === "json-file" && size === "10m" && String(files) === "3" && Object.keys(others).length === 0;
}
