import type Docker from "dockerode";
import { flagOf, mapOf, numberOf, objectOf, objectsOf, type Properties, textOf, textsOf, type Value } from "../values";
import { labelsToMap } from "./bridgedDocker";
import { parseDuration } from "./duration";

export const MIB = 1024 * 1024;

/** The engine's own description of a container, from the resource's inputs. */
export function containerBody(inputs: Properties): Docker.ContainerCreateOptions {
  const { volumes, binds, volumesFrom } = volumeSettings(inputs);
  const { exposed, bindings } = portSettings(inputs);
  const given = <T>(key: string, value: T): T | undefined => (inputs[key] === undefined ? undefined : value);
  return {
    name: textOf(inputs.name),
    Image: textOf(inputs.image),
    Hostname: textOf(inputs.hostname),
    Domainname: textOf(inputs.domainname),
    Tty: flagOf(inputs.tty),
    OpenStdin: flagOf(inputs.stdinOpen),
    StopSignal: textOf(inputs.stopSignal),
    StopTimeout: inputs.stopTimeout ? numberOf(inputs.stopTimeout) : undefined,
    Env: given("envs", textsOf(inputs.envs)),
    Cmd: given("command", textsOf(inputs.command)),
    Entrypoint: given("entrypoints", textsOf(inputs.entrypoints)),
    User: textOf(inputs.user),
    WorkingDir: textOf(inputs.workingDir),
    ExposedPorts: exposed,
    Volumes: volumes,
    Labels: labelsToMap(inputs.labels),
    Healthcheck: healthcheck(inputs),
    platform: given("platform", textOf(inputs.platform)),
    HostConfig: {
      Binds: binds,
      VolumesFrom: volumesFrom,
      PortBindings: bindings,
      Privileged: flagOf(inputs.privileged),
      PublishAllPorts: flagOf(inputs.publishAllPorts),
      RestartPolicy: restartPolicy(inputs),
      Runtime: textOf(inputs.runtime),
      Mounts: mounts(inputs),
      AutoRemove: flagOf(inputs.rm),
      ReadonlyRootfs: flagOf(inputs.readOnly),
      LogConfig: { Type: textOf(inputs.logDriver), Config: mapOf(inputs.logOpts) },
      Tmpfs: given("tmpfs", mapOf(inputs.tmpfs)),
      ExtraHosts: objectsOf(inputs.hosts).map(({ host, ip }) => `${textOf(host)}:${textOf(ip)}`),
      Ulimits: objectsOf(inputs.ulimits).map(({ name, soft, hard }) => ({
        Name: textOf(name),
        Soft: numberOf(soft),
        Hard: numberOf(hard),
      })),
      CapAdd: capabilities(objectOf(inputs.capabilities)?.adds),
      CapDrop: capabilities(objectOf(inputs.capabilities)?.drops),
      Devices: objectsOf(inputs.devices).map(({ hostPath, containerPath, permissions }) => ({
        PathOnHost: textOf(hostPath),
        PathInContainer: textOf(containerPath) || textOf(hostPath),
        CgroupPermissions: textOf(permissions),
      })),
      ...throttles(inputs),
      Dns: textsOf(inputs.dns),
      DnsOptions: textsOf(inputs.dnsOpts),
      DnsSearch: textsOf(inputs.dnsSearches),
      ...securityOptions(inputs),
      Memory: numberOf(inputs.memory) * MIB,
      MemoryReservation: numberOf(inputs.memoryReservation) * MIB,
      MemorySwap: swap(inputs),
      ShmSize: numberOf(inputs.shmSize) * MIB,
      ...cpuSettings(inputs),
      NetworkMode: textOf(inputs.networkMode),
      UsernsMode: textOf(inputs.usernsMode),
      PidMode: textOf(inputs.pidMode),
      IpcMode: textOf(inputs.ipcMode),
      Sysctls: given("sysctls", mapOf(inputs.sysctls)),
      GroupAdd: textsOf(inputs.groupAdds),
      // The types lack it.
      ...({ CgroupnsMode: textOf(inputs.cgroupnsMode) } as object),
      CgroupParent: textOf(inputs.cgroupParent),
      Init: flagOf(inputs.init),
      StorageOpt: given("storageOpts", mapOf(inputs.storageOpts)),
    },
  };
}

/** What the engine can change of a container that exists, and the official plugin does. */
export function updateBody(inputs: Properties): object {
  return {
    RestartPolicy: restartPolicy(inputs),
    CpuShares: numberOf(inputs.cpuShares),
    Memory: numberOf(inputs.memory) * MIB,
    MemoryReservation: numberOf(inputs.memoryReservation) * MIB,
    MemorySwap: swap(inputs),
    CpusetCpus: textOf(inputs.cpuSet),
    ...throttles(inputs),
  };
}

function restartPolicy(inputs: Properties) {
  return { Name: textOf(inputs.restart), MaximumRetryCount: numberOf(inputs.maxRetryCount) };
}

function swap({ memorySwap }: Properties): number {
  const amount = numberOf(memorySwap);
  return amount > 0 ? amount * MIB : amount;
}

function cpuSettings(inputs: Properties) {
  const shares = { CpuShares: numberOf(inputs.cpuShares), CpusetCpus: textOf(inputs.cpuSet) };
  if (inputs.cpus) return { ...shares, NanoCpus: Math.round(Number(textOf(inputs.cpus)) * 1e9) };
  return { ...shares, CpuPeriod: numberOf(inputs.cpuPeriod), CpuQuota: numberOf(inputs.cpuQuota) };
}

/** `systempaths=unconfined` is for the client; the engine does not know it. */
function securityOptions(inputs: Properties) {
  const options = textsOf(inputs.securityOpts);
  const unconfined = options.includes("systempaths=unconfined") ? { MaskedPaths: [], ReadonlyPaths: [] } : {};
  return { SecurityOpt: options.filter((option) => option !== "systempaths=unconfined"), ...unconfined };
}

/** In the form that the official client sends: `CAP_CHOWN`, sorted. */
function capabilities(value: Value | undefined): string[] {
  const names = textsOf(value).map((name) => name.toUpperCase().replace(/^(?!ALL$|CAP_)/, "CAP_"));
  return [...new Set(names)].sort();
}

function throttles(inputs: Properties) {
  const devices = (value: Value | undefined) =>
    objectsOf(value).map(({ path, rate }) => ({ Path: textOf(path), Rate: numberOf(rate) }));
  return {
    BlkioDeviceReadBps: devices(inputs.deviceReadBps),
    BlkioDeviceReadIOps: devices(inputs.deviceReadIops),
    BlkioDeviceWriteBps: devices(inputs.deviceWriteBps),
    BlkioDeviceWriteIOps: devices(inputs.deviceWriteIops),
  };
}

function healthcheck(inputs: Properties): Docker.HealthConfig | undefined {
  const health = objectOf(inputs.healthcheck);
  if (!health) return undefined;
  const duration = (key: string) => parseDuration(textOf(health[key])) ?? 0;
  return {
    Test: textsOf(health.tests),
    Interval: duration("interval"),
    Timeout: duration("timeout"),
    StartPeriod: duration("startPeriod"),
    Retries: numberOf(health.retries),
    ...({ StartInterval: duration("startInterval") } as object),
  };
}

function portSettings(inputs: Properties) {
  const exposed: Record<string, object> = {};
  const bindings: Record<string, { HostIp: string; HostPort: string }[]> = {};
  for (const { internal, external, ip, protocol } of objectsOf(inputs.ports)) {
    const key = `${numberOf(internal)}/${textOf(protocol)}`;
    exposed[key] = {};
    bindings[key] = [...(bindings[key] ?? []), { HostIp: textOf(ip), HostPort: String(numberOf(external)) }];
  }
  return { exposed, bindings };
}

function volumeSettings(inputs: Properties) {
  const volumes: Record<string, object> = {};
  const binds: string[] = [];
  const volumesFrom: string[] = [];
  for (const volume of objectsOf(inputs.volumes)) {
    const from = textOf(volume.fromContainer);
    const at = textOf(volume.containerPath);
    const source = textOf(volume.hostPath) || textOf(volume.volumeName);
    if (!from && !at)
      throw new Error("Unable to parse volumes: volume entry without container path or source container");
    if (from && at) throw new Error("Unable to parse volumes: both a container and a path specified in a volume entry");
    if (from) {
      volumesFrom.push(from);
      continue;
    }
    volumes[at] = {};
    const options = [volume.readOnly ? "ro" : "rw", textOf(volume.selinuxRelabel)].filter(Boolean).join(",");
    if (source) binds.push(`${source}:${at}:${options}`);
  }
  return { volumes, binds, volumesFrom };
}

function mounts(inputs: Properties): Docker.MountConfig {
  return objectsOf(inputs.mounts).map((mount) => {
    const bind = objectOf(mount.bindOptions);
    const volume = objectOf(mount.volumeOptions);
    const tmpfs = objectOf(mount.tmpfsOptions);
    const settings: object = {
      Type: textOf(mount.type),
      Target: textOf(mount.target),
      Source: textOf(mount.source),
      ReadOnly: flagOf(mount.readOnly),
      ...(mount.type === "bind" && bind ? { BindOptions: { Propagation: textOf(bind.propagation) } } : {}),
      ...(mount.type === "volume" && volume ? { VolumeOptions: volumeOptions(volume) } : {}),
      ...(mount.type === "tmpfs" && tmpfs
        ? { TmpfsOptions: { SizeBytes: numberOf(tmpfs.sizeBytes), Mode: numberOf(tmpfs.mode) } }
        : {}),
    };
    return settings as Docker.MountConfig[number];
  });
}

function volumeOptions(options: Properties) {
  return {
    NoCopy: flagOf(options.noCopy),
    Labels: labelsToMap(options.labels),
    DriverConfig: { Name: textOf(options.driverName), Options: mapOf(options.driverOptions) },
    ...(options.subpath ? { Subpath: textOf(options.subpath) } : {}),
  };
}
