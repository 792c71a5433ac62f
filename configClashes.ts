import { type Problem, type ResolvedServer, Target, Transport, validateName } from "./components/server";
import type { Server, Service } from "./configSchema";

/** Servers of one stack that can't live beside each other: equal names, and on one machine equal ports. */
export function clashes(servers: (ResolvedServer | undefined)[], target: Target = Target.Process): Problem[] {
  const taken = new Map<string, string>();
  return servers.flatMap((server, index) => {
    if (!server) return [];
    const uses: [field: string, value: string | number][] = [["name", server.name]];
    // A container has its own metrics port; only the published one is this machine's.
    if (target !== Target.Kubernetes && server.transport === Transport.Http) uses.push(["port", server.port]);
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
  for (const [index, { name, kind, image }] of services.entries()) {
    const path = `mcp:services[${index}]`;
    problems.push(...validateName(name).map((problem) => ({ ...problem, path: `${path}.${problem.path}` })));
    if (kind === "image" && !image)
      problems.push({ path: `${path}.image`, message: "is missing", fix: `set ${path}.image` });
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
