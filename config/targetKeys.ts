import { type Problem, Target } from "../components/server";

/** Targets between which a key of the config may make a difference. */
type Containers = typeof Target.Docker | typeof Target.Kubernetes;

/** Keys of an object that mean something in one target only, as "prometheus.port". */
export type TargetKeys = Record<Containers, string[]>;

/**
 * Keys that mean nothing in the stack's target.
 * @param path of the object in the config, such as "mcp:monitoring"
 */
export function misplacedKeys(path: string, value: object, keys: TargetKeys, target: Target): Problem[] {
  const other = target === Target.Docker ? Target.Kubernetes : Target.Docker;
  return keys[other]
    .filter((key) => valueAt(value, key.split(".")) !== undefined)
    .map((key) => ({
      path: `${path}.${key}`,
      message: `means nothing in a stack for ${target}`,
      allowed: `a stack with mcp:target ${other}`,
      fix: "remove it, or set mcp:target",
    }));
}

const valueAt = (value: unknown, [key, ...rest]: string[]): unknown =>
  key === undefined ? value : valueAt((value as Record<string, unknown> | undefined)?.[key], rest);

/**
 * Servers and services that are called like a part of something else.
 * @param path of what has the part, such as "mcp:monitoring"
 */
export const takenNames = (
  path: string,
  names: string[],
  entries: { servers: { name: string }[]; services: { name: string }[] },
): Problem[] =>
  (["servers", "services"] as const).flatMap((key) =>
    entries[key].flatMap(({ name }, index) =>
      names.includes(name)
        ? [{ path: `mcp:${key}[${index}].name`, message: `${name} is a part of ${path}`, got: name, fix: "rename it" }]
        : [],
    ),
  );
