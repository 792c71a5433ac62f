import {
  type DeployedServer,
  type Problem,
  Target,
  Transport,
  validateEnvNames,
  validateName,
} from "../components/server";
import { pinnedProblems } from "./pinned";
import type { Server, Service } from "./plain";

/** Servers of one stack that can't live beside each other: equal names, and on one machine equal ports. */
export function clashes(servers: (DeployedServer | undefined)[], targets: (Target | undefined)[] = []): Problem[] {
  const taken = new Map<string, string>();
  return servers.flatMap((server, index) => {
    if (!server) return [];
    const target = targets[index] ?? Target.Process;
    const uses: [field: string, value: string | number][] = [["name", server.name]];
    // A container has its own metrics port; only the published one is this machine's.
    const isBridged = target === Target.Docker && !server.launchedByClient;
    if (target !== Target.Kubernetes && (server.transport === Transport.Http || isBridged)) {
      uses.push(["port", server.port]);
    }
    if (target === Target.Process && server.transport === Transport.Http)
      uses.push(["metricsPort", server.metricsPort]);
    return uses.flatMap(([field, value]) => {
      const path = `mcp:servers[${index}].${field}`;
      const key = field === "name" ? `name ${value}` : `port ${value}`;
      const other = taken.get(key);
      if (other === undefined) {
        taken.set(key, path);
        return [];
      }
      return [
        {
          path,
          message: `${key} is already used by ${other}`,
          got: String(value),
          allowed:
            field === "name"
              ? "a name of its own for every server"
              : "a port of its own for every server of this machine",
          fix: `set another \`${field}\``,
        },
      ];
    });
  });
}

/** A server may run as a process beside a Docker stack, and nowhere else than the others otherwise. */
export function targetProblems(servers: (Server | undefined)[], target: Target): Problem[] {
  return servers.flatMap((server, index) => {
    const own = server?.target;
    if (own === undefined || own === target || (own === Target.Process && target === Target.Docker)) return [];
    const allowed = target === Target.Docker ? `${Target.Docker}, ${Target.Process}` : target;
    return [
      {
        path: `mcp:servers[${index}].target`,
        message: `a server of a stack for ${target} can't run there`,
        got: own,
        allowed,
        fix: "remove it, or set mcp:target",
      },
    ];
  });
}

/** Services that a server asks for and that nobody declared, that lack an image, or that share a name. */
export function serviceProblems(servers: Server[], services: Service[]): Problem[] {
  const names = services.map(({ name }) => name);
  const problems: Problem[] = servers.flatMap(({ services: wanted = [] }, index) =>
    wanted
      .filter((name) => !names.includes(name))
      .map((name) => ({
        path: `mcp:servers[${index}].services`,
        message: `there is no service ${name}`,
        got: name,
        allowed: names.join(", ") || "services that stand in mcp:services",
        fix: name === "redis" ? "add `- { name: redis, kind: redis }` to mcp:services" : `add ${name} to mcp:services`,
      })),
  );
  for (const [index, { name, kind, image, publish, env = {}, secrets }] of services.entries()) {
    const path = `mcp:services[${index}]`;
    problems.push(...pinnedProblems(path, { "": { image } }), ...validateEnvNames(Object.keys(env), secrets, path, {}));
    problems.push(...validateName(name).map((problem) => ({ ...problem, path: `${path}.${problem.path}` })));
    if (kind === "image" && !image)
      problems.push({ path: `${path}.image`, message: "is missing", fix: `set ${path}.image` });
    const process = servers.find((server) => server.target === Target.Process && server.services?.includes(name));
    if (process && kind === "image" && publish === undefined) {
      problems.push({
        path: `${path}.publish`,
        message: `${process.name} runs as a process, which reaches the service by a port of this machine only`,
        fix: `set ${path}.publish to the port`,
      });
    }
    if (names.indexOf(name) !== index || servers.some((server) => server.name === name)) {
      problems.push({
        path: `${path}.name`,
        message: `name ${name} is already used`,
        got: name,
        fix: "set another `name`",
      });
    }
  }
  return problems;
}
