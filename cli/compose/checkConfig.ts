import { resolve } from "node:path";
import { setAllConfig } from "@pulumi/pulumi/runtime/config";
import { InvalidInputError, type Problem } from "../../common/errors";
import { loadSettings } from "../../config";
import type { Imported } from "./importConfig";

/**
 * What `up` would refuse in an imported config: the same validation, with a value for each secret.
 *
 * @param root folder that paths of the config start from
 */
export function configProblems({ config, secrets }: Imported, root: string): Problem[] {
  const servers = config["mcp:servers"].map(({ source, ...server }) => ({
    ...server,
    ...(source !== undefined && { source: resolve(root, source) }),
  }));
  const values = {
    ...config,
    "mcp:servers": servers,
    ...(secrets.length > 0 && { "mcp:secrets": Object.fromEntries(secrets.map((name) => [name, "to be set"])) }),
  };
  const entries = Object.entries(values).map(([key, value]) => [
    key,
    typeof value === "string" ? value : JSON.stringify(value),
  ]);
  setAllConfig(Object.fromEntries(entries), ["mcp:secrets"]);
  try {
    loadSettings();
    return [];
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error;
    return error.problems;
  }
}
