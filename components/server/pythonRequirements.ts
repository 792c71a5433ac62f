import type { Inspection } from "./inspection";

/** The requirements that a folder without a requirements.txt declares, as pip takes them: pyproject.toml (PEP 621) and fastmcp.json. */
export function declaredRequirements({ pyProject, fastmcpJson }: Inspection): string[] {
  return [...(pyProject?.project?.dependencies ?? []), ...(fastmcpJson?.environment?.dependencies ?? [])];
}
