import { type Problem, type ResolvedServer, Target, Transport } from "./components/server";

/** Servers of one stack that can't live beside each other: equal names, and on one machine equal ports. */
export function clashes(servers: (ResolvedServer | undefined)[], target: Target = Target.Process): Problem[] {
  const taken = new Map<string, string>();
  return servers.flatMap((server, index) => {
    if (!server) return [];
    const uses: [field: string, value: string | number][] = [["name", server.name]];
    if (target === Target.Process && server.transport === Transport.Http) {
      uses.push(["port", server.port], ["metricsPort", server.metricsPort]);
    }
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
