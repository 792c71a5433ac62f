import type Docker from "dockerode";
import { isProperties, type Properties, textOf, type Value } from "../values";
import { MIB } from "./containerBody";
import { formatDuration } from "./duration";

/** What the official plugin reads of a container into its state; other outputs stay as they were. */
export function containerState(container: Docker.ContainerInspectInfo, state: Properties): Properties {
  const { Config: config, HostConfig: host, State: running, NetworkSettings: network } = container;
  const mustRun = state.mustRun !== false;
  return {
    name: container.Name.replace(/^\//, ""),
    bridge: "Bridge" in network ? String(network.Bridge ?? "") : "",
    networkDatas: networkDatas(network.Networks),
    ...(hasElements(state.ports) && (running.Running || mustRun) ? { ports: ports(network.Ports) } : {}),
    // Terraform sees that it has to act on a container that stopped by this.
    ...(running.Running ? {} : { exitCode: running.ExitCode, ...(mustRun ? { mustRun: false } : {}) }),
    rm: host.AutoRemove ?? false,
    readOnly: host.ReadonlyRootfs ?? false,
    image: textOf(state.image ?? null).startsWith("sha256:") ? container.Image : config.Image,
    hostname: config.Hostname,
    domainname: config.Domainname,
    command: config.Cmd ?? [],
    entrypoints: entrypoint(config.Entrypoint),
    envs: state.envs ?? [],
    labels: state.labels ?? [],
    user: config.User,
    workingDir: config.WorkingDir,
    dns: some(host.Dns),
    dnsOpts: some(host.DnsOptions),
    dnsSearches: some(host.DnsSearch),
    securityOpts: host.SecurityOpt ?? [],
    publishAllPorts: host.PublishAllPorts ?? false,
    restart: host.RestartPolicy?.Name ?? "no",
    maxRetryCount: host.RestartPolicy?.MaximumRetryCount ?? 0,
    init: host.Init ?? false,
    ...(hasElements(host.CapAdd) || hasElements(host.CapDrop)
      ? { capabilities: { adds: host.CapAdd ?? [], drops: host.CapDrop ?? [] } }
      : {}),
    runtime: host.Runtime ?? "",
    platform: container.Platform,
    mounts: mounts(host.Mounts, state.mounts),
    tmpfs: someEntries(host.Tmpfs),
    hosts: (host.ExtraHosts ?? []).map((line: string) => ({
      host: line.split(":")[0] ?? "",
      ip: line.split(":")[1] ?? "",
    })),
    ...(hasElements(state.ulimits)
      ? {
          ulimits: (host.Ulimits ?? []).map(({ Name, Soft, Hard }) => ({
            name: Name ?? null,
            soft: Soft ?? null,
            hard: Hard ?? null,
          })),
        }
      : {}),
    privileged: host.Privileged ?? false,
    memory: (host.Memory ?? 0) / MIB,
    memoryReservation: (host.MemoryReservation ?? 0) / MIB,
    memorySwap: (host.MemorySwap ?? 0) > 0 ? (host.MemorySwap ?? 0) / MIB : (host.MemorySwap ?? 0),
    shmSize: (host.ShmSize ?? 0) / MIB,
    ...(host.NanoCpus ? { cpus: decimal(host.NanoCpus / 1e9) } : {}),
    cpuShares: host.CpuShares ?? 0,
    cpuSet: host.CpusetCpus ?? "",
    logDriver: host.LogConfig?.Type ?? "",
    logOpts: isProperties(state.logOpts) ? (host.LogConfig?.Config ?? {}) : {},
    storageOpts: someEntries(host.StorageOpt),
    networkMode: host.NetworkMode ?? "",
    ...(state.pidMode ? { pidMode: host.PidMode ?? "" } : {}),
    usernsMode: host.UsernsMode ?? "",
    ...(config.Healthcheck ? { healthcheck: healthcheck(config.Healthcheck) } : {}),
    sysctls: someEntries(host.Sysctls),
    ipcMode: host.IpcMode ?? "",
    groupAdds: some(host.GroupAdd),
    tty: config.Tty,
    stdinOpen: config.OpenStdin,
    stopSignal: "StopSignal" in config ? String(config.StopSignal ?? "") : "",
    stopTimeout: "StopTimeout" in config && typeof config.StopTimeout === "number" ? config.StopTimeout : 0,
  };
}

/** As the official plugin writes it: with one decimal place at least. */
function decimal(value: number): string {
  return Number.isInteger(value) ? value.toFixed(1) : String(value);
}

function hasElements(value: unknown): boolean {
  return Array.isArray(value) && value.length > 0;
}

function some(list: string[] | null | undefined): Value {
  return [...(list ?? [])].sort();
}

function someEntries(map: Record<string, string> | null | undefined): Value {
  return map ?? {};
}

function entrypoint(value: string | string[] | null | undefined): string[] {
  if (value === null || value === undefined) return [];
  return typeof value === "string" ? [value] : value;
}

function ports(published: Docker.ContainerInspectInfo["NetworkSettings"]["Ports"]): Properties[] {
  const all = Object.entries(published ?? {}).flatMap(([key, bindings]) =>
    (bindings ?? []).map(({ HostIp, HostPort }) => ({
      internal: Number.parseInt(key, 10),
      external: Number.parseInt(HostPort, 10),
      ip: HostIp,
      protocol: key.split("/")[1] ?? "tcp",
    })),
  );
  return all.sort((a, b) => a.internal - b.internal);
}

function networkDatas(networks: Docker.ContainerInspectInfo["NetworkSettings"]["Networks"]): Properties[] {
  const sorted = Object.entries(networks ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  return sorted.map(([name, data]) => ({
    networkName: name,
    ipAddress: data.IPAddress,
    ipPrefixLength: data.IPPrefixLen,
    gateway: data.Gateway,
    globalIpv6Address: data.GlobalIPv6Address,
    globalIpv6PrefixLength: data.GlobalIPv6PrefixLen,
    ipv6Gateway: data.IPv6Gateway,
    macAddress: data.MacAddress,
  }));
}

function mounts(present: Docker.MountConfig | undefined, known: Value | undefined): Value[] {
  const before = Array.isArray(known) ? known.filter(isProperties) : [];
  return (present ?? []).map((mount) => ({
    // Options are compared on the engine's side only by what the official plugin reads reliably: the place.
    ...before.find(({ target }) => target === mount.Target),
    target: mount.Target,
    source: mount.Source ?? "",
    type: mount.Type,
    readOnly: mount.ReadOnly ?? false,
  }));
}

function healthcheck(health: Docker.HealthConfig): Properties {
  const startInterval = "StartInterval" in health ? Number(health.StartInterval ?? 0) : 0;
  return {
    tests: health.Test ?? [],
    interval: formatDuration(health.Interval ?? 0),
    timeout: formatDuration(health.Timeout ?? 0),
    startPeriod: formatDuration(health.StartPeriod ?? 0),
    startInterval: formatDuration(startInterval),
    retries: health.Retries ?? 0,
  };
}
